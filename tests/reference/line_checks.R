# Reference for the checks of a line, its bootstrap and its permutations: R 4.2 with boot, lmtest and MASS (Debian).
# Run from the folder of the project: Rscript tests/reference/line_checks.R
# Writes line_checks_influence.csv, line_checks_tests.csv, line_checks_slopes.csv, line_checks_bootstrap.csv and
# line_checks_exact_permutation.csv beside this file.
suppressMessages({library(boot); library(lmtest); library(MASS)})
data(anscombe)
options(digits = 17)
here <- "tests/reference"
inputs <- read.csv("tests/reference/line_inputs.csv")  # the first edition's illustrative panes
sets <- list()
for (name in c("ldn", "placebo")) sets[[name]] <- inputs[inputs$set == name, c("x", "y")]
for (k in 1:4)
  sets[[paste0("anscombe", k)]] <- data.frame(x = anscombe[[paste0("x", k)]], y = anscombe[[paste0("y", k)]])

save <- function(table, name) write.csv(table, file.path(here, name), row.names = FALSE, quote = FALSE)

influence_of <- function(name) {
  fit <- lm(y ~ x, sets[[name]])
  b <- dfbetas(fit)
  data.frame(set = name, x = sets[[name]]$x, y = sets[[name]]$y, leverage = hatvalues(fit),
             std_resid = rstandard(fit), student_resid = rstudent(fit),
             cooks_distance = cooks.distance(fit), dfbetas_intercept = b[, 1],
             dfbetas_slope = b[, 2], dffits = dffits(fit), cov_ratio = covratio(fit))
}
save(do.call(rbind, lapply(names(sets), influence_of)), "line_checks_influence.csv")

tests_of <- function(name) {
  fit <- lm(y ~ x, sets[[name]])
  shapiro <- shapiro.test(resid(fit)); bp <- bptest(fit)
  reset <- if (name == "anscombe4") list(statistic = NA, p.value = NA) else
    resettest(fit, power = 2:3, type = "fitted")
  data.frame(set = name,
             check = c("linearity", "normal residuals", "constant variance"),
             statistic = c(reset$statistic, shapiro$statistic, bp$statistic),
             p_value = c(reset$p.value, shapiro$p.value, bp$p.value))
}
save(do.call(rbind, lapply(names(sets), tests_of)), "line_checks_tests.csv")

hc3 <- function(fit) {
  X <- model.matrix(fit); e <- resid(fit) / (1 - hatvalues(fit)); B <- solve(crossprod(X))
  sqrt(diag(B %*% crossprod(X * e) %*% B))[2]
}
slopes_of <- function(name) {
  d <- sets[[name]]; fit <- lm(y ~ x, d)
  huber <- rlm(y ~ x, d, psi = psi.huber, k = 1.345, maxit = 1000, acc = 1e-13)
  theil <- with(d, { ij <- combn(length(x), 2); dx <- x[ij[2, ]] - x[ij[1, ]]
                     median(((y[ij[2, ]] - y[ij[1, ]]) / dx)[dx != 0]) })
  spearman <- suppressWarnings(cor.test(d$x, d$y, method = "spearman", exact = FALSE))
  kendall <- suppressWarnings(cor.test(d$x, d$y, method = "kendall"))
  data.frame(set = name,
             estimator = c("OLS", "OLS with HC3", "Theil-Sen", "Huber", "Pearson", "Spearman", "Kendall"),
             estimate = c(coef(fit)[2], coef(fit)[2], theil, coef(huber)[2], cor(d$x, d$y),
                          spearman$estimate, kendall$estimate),
             std_error = c(summary(fit)$coefficients[2, 2],
                           if (name == "anscombe4") NA else hc3(fit), NA,
                           summary(huber)$coefficients[2, 2], NA, NA, NA))
}
save(do.call(rbind, lapply(names(sets), slopes_of)), "line_checks_slopes.csv")

# boot.ci on the resamples that boot drew; BCa with the acceleration of the usual jackknife.
# Index matrix is kept, so that the same resamples can be given to bootstrap_line.
set.seed(20140215)
d <- sets$ldn; R <- 999
statistic <- function(d, i) { f <- lm(y ~ x, d[i, ]); c(coef(f)[2], coef(f)[1], summary(f)$r.squared) }
b <- boot(d, statistic, R)
indices <- boot.array(b, indices = TRUE)
write.table(indices - 1, file.path(here, "line_checks_indices.csv"), sep = ",", row.names = FALSE, col.names = FALSE)
out <- NULL
for (k in 1:3) {
  L <- empinf(b, index = k, type = "jack", stype = "i")
  ci <- boot.ci(b, index = k, type = c("perc", "basic", "bca"), L = L)
  out <- rbind(out, data.frame(term = c("slope", "intercept", "r_squared")[k],
    method = c("percentile", "basic", "bca"),
    conf_low = c(ci$percent[4], ci$basic[4], ci$bca[4]),
    conf_high = c(ci$percent[5], ci$basic[5], ci$bca[5]),
    std_error = sd(b$t[, k]), bias = mean(b$t[, k]) - b$t0[k]))
}
save(out, "line_checks_bootstrap.csv")
save(data.frame(slope = b$t[, 1], intercept = b$t[, 2], r_squared = b$t[, 3]), "line_checks_replicates.csv")

# Exact permutation p of r, over all 5040 orders of seven people.
permute <- function(v) if (length(v) <= 1) list(v) else
  do.call(c, lapply(seq_along(v), function(i) lapply(permute(v[-i]), function(p) c(v[i], p))))
x <- c(12, 15, 15, 22, 30, 41, 45); y <- c(3, -2, 11, 9, 9, 25, 14)
r <- sapply(permute(1:7), function(p) cor(x, y[p])); r0 <- cor(x, y)
save(data.frame(alternative = c("two-sided", "greater", "less"), n = length(r),
  extreme = c(sum(abs(r) >= abs(r0) - 1e-12), sum(r >= r0 - 1e-12), sum(r <= r0 + 1e-12))),
  "line_checks_exact_permutation.csv")
