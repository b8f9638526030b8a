# Winner's curse, distribution of r, optimism of R squared, truncated normals, many tests: the
# witness of tests/small_samples and of tests/lines/test_optimism.py.
# Run from the repository root (base R and mvtnorm):  Rscript tests/reference/small_samples.R
# Written by R 4.2.2. Numbers with 17 significant digits.

out <- list()
add <- function(topic, case, quantity, value) {
  out[[length(out) + 1]] <<- data.frame(
    topic = topic, case = case, quantity = quantity, value = sprintf("%.17g", unname(value))
  )
}
whole <- function(f, low, high, ...) {
  integrate(f, low, high, rel.tol = 1e-11, subdivisions = 2000, ...)$value
}

# Power of the one-sample t test and of the z test; type M by integration of the definition.
for (df in c(2, 9, 27)) for (effect in c(0.5, 1, 3)) {
  n <- df + 1
  case <- paste(effect, df)
  power <- power.t.test(n = n, delta = effect, sd = sqrt(n), type = "one.sample",
                        strict = TRUE)$power
  crit <- qt(0.975, df)
  wrong <- pt(-crit, df, ncp = effect)
  size <- whole(function(ratio) sapply(ratio, function(s) {
    c1 <- crit * s
    inner <- whole(function(x) x * dnorm(x, effect), c1, max(c1, effect) + 12) -
      whole(function(x) x * dnorm(x, effect), min(-c1, effect) - 12, -c1)
    inner * dchisq(df * s^2, df) * 2 * df * s
  }), 0, 1 + 12 / sqrt(2 * df))
  add("design", case, "power", power)
  add("design", case, "type_s", wrong / power)
  add("design", case, "type_m", size / power / effect)
}

# r of bivariate normal data: given the predictor, t is noncentral; its sum of squares is chi
# squared. Above the threshold, and the interval by uniroot.
above <- function(n, r2, t2) {
  x <- sqrt((n - 2) * t2 / (1 - t2))
  k <- sqrt(r2 / (1 - r2))
  whole(function(u) suppressWarnings(dchisq(u, n - 1) *
    (pt(x, n - 2, ncp = k * sqrt(u), lower.tail = FALSE) + pt(-x, n - 2, ncp = k * sqrt(u)))),
    qchisq(1e-14, n - 1), qchisq(1e-14, n - 1, lower.tail = FALSE))
}
for (n in c(4, 10, 38)) for (r2 in c(0, 0.25, 0.7)) for (t2 in c(0.1, 0.8)) {
  add("r", paste(n, r2, t2), "above", above(n, r2, t2))
}
for (level in c(0.8, 0.95)) for (p in c((1 - level) / 2, (1 + level) / 2)) {
  root <- uniroot(function(r2) above(10, r2, 0.8) - p, c(0.01, 0.999), tol = 1e-10)$root
  add("interval", paste(level), if (p < 0.5) "conf_low" else "conf_high", root)
}

# Leave-one-out by refitting the line and the mean; the optimism over all 5^5 resamples of five
# participants. Anscombe's (1973) first and third set, and five of the first.
first <- data.frame(x = anscombe$x1, y = anscombe$y1)
sets <- list(first = first, far = data.frame(x = anscombe$x3, y = anscombe$y3), five = first[4:8, ])
for (name in names(sets)) {
  d <- sets[[name]]
  fit <- lm(y ~ x, d)
  missed <- sapply(seq_len(nrow(d)), function(i) {
    c(d$y[i] - predict(lm(y ~ x, d[-i, ]), d[i, ]), d$y[i] - mean(d$y[-i]))
  })
  add("optimism", name, "adjusted", summary(fit)$adj.r.squared)
  add("optimism", name, "leave_one_out", 1 - sum(missed[1, ]^2) / sum(missed[2, ]^2))
  add("optimism", name, "shrinkage", 1 - 1 / summary(fit)$fstatistic[1])
}
draws <- as.matrix(expand.grid(rep(list(1:5), 5)))
total <- sum((d$y - mean(d$y))^2)
optimism <- apply(draws, 1, function(i) {
  if (length(unique(d$x[i])) < 2) return(NA)
  b <- lm.fit(cbind(1, d$x[i]), d$y[i])
  inside <- 1 - sum(b$residuals^2) / sum((d$y[i] - mean(d$y[i]))^2)
  inside - (1 - sum((d$y - cbind(1, d$x) %*% b$coefficients)^2) / total)
})
add("optimism", "five", "optimism", mean(optimism, na.rm = TRUE))
add("optimism", "five", "undefined", mean(is.na(optimism)))

# Selection: baseline N(58, 11), above 65, reliability 0.6, drift 2.
density <- function(b) dnorm(b, 58, 11) / pnorm(65, 58, 11, lower.tail = FALSE)
add("selection", "65", "baseline", whole(function(b) b * density(b), 65, 65 + 110))
later <- function(b) 58 + 0.6 * (b - 58) - 2
add("selection", "65", "reduction", whole(function(b) (b - later(b)) * density(b), 65, 175))
add("selection", "65", "reduction_percent",
    whole(function(b) 100 * (b - later(b)) / b * density(b), 65, 175))

# Any of several correlated z tests; two subgroups besides everybody.
library(mvtnorm)
set.seed(1)
any_found <- function(R, level) {
  limit <- rep(qnorm(1 - level / 2), nrow(R))
  1 - pmvnorm(-limit, limit, corr = R, algorithm = GenzBretz(maxpts = 5e6, abseps = 1e-7))
}
exchange <- function(k, r) matrix(r, k, k) + diag(1 - r, k)
for (k in c(2, 3)) for (r in c(0.3, 0.6)) for (level in c(0.05, 0.05 / 3)) {
  add("tests", paste(k, r, round(level, 4)), "any", any_found(exchange(k, r), level))
}
half <- sqrt(1 / 2)
groups <- rbind(c(1, half, half), c(half, 1, 0), c(half, 0, 1))
# Everybody is the sum of the subgroups, so this matrix is singular: nudge it.
R <- kronecker(groups, exchange(3, 0.6))
add("tests", "3 outcomes 2 subgroups", "any", any_found(cov2cor(R + diag(1e-9, 9)), 0.05))

# Adjusted p values.
sets <- list(three = c(0.01, 0.04, 0.03), ties = c(0.02, 0.02, 0.5, 0.001, 0.02, 1),
             one = 0.04, spread = c(0.0001, 0.2, 0.049, 0.05, 0.011, 0.9, 0.0125))
for (name in names(sets)) for (method in c("bonferroni", "holm", "hochberg", "BH")) {
  add("adjust", name, paste(tolower(method), seq_along(sets[[name]])),
      p.adjust(sets[[name]], method))
}

write.csv(do.call(rbind, out), "tests/reference/small_samples.csv", row.names = FALSE,
          quote = FALSE)
