# Independent groups: Welch, analysis of covariance, Dunnett, slopes with HC3; and the paired t.
# The witness of lines.group_means, lines.group_slopes and of tables in their own words. The four data sets are R's own
# (MASS: anorexia, epil; datasets: sleep, ToothGrowth), frozen beside this file.
# Run from the repository root (needs MASS, multcomp, sandwich):  Rscript tests/reference/groups.R
suppressMessages({library(MASS); library(multcomp); library(sandwich)})
for (name in c("anorexia", "sleep", "ToothGrowth", "epil"))
  write.csv(get(name), paste0("tests/reference/own_", name, ".csv"), row.names = FALSE, quote = FALSE)
out <- list()
add <- function(case, term, method, estimate, error, df, p, low, high) out[[length(out) + 1]] <<-
  data.frame(case = case, term = term, method = method,
    estimate = estimate, std_error = error, df = df, p_value = p, conf_low = low, conf_high = high)
welch <- function(case, data, y, g, a, b) {
  t <- t.test(data[data[[g]] == a, y], data[data[[g]] == b, y])
  add(case, paste(a, "minus", b), "Welch t", t$estimate[1] - t$estimate[2], t$stderr, t$parameter,
      t$p.value, t$conf.int[1], t$conf.int[2])
}
pooled <- function(case, fit, g, a, b, method) {
  row <- summary(fit)$coefficients[paste0(g, a), ]; ci <- confint(fit)[paste0(g, a), ]
  add(case, paste(a, "minus", b), method, row[1], row[2], fit$df.residual, row[4], ci[1], ci[2])
}
together <- function(case, fit, g, b, method) {
  set.seed(1)
  hypotheses <- do.call(mcp, setNames(list("Dunnett"), g))
  test <- glht(fit, linfct = hypotheses)
  ci <- confint(test, calpha = adjusted_calpha(abseps = 1e-8, maxpts = 5e6))$confint
  s <- summary(test, test = adjusted("single-step", abseps = 1e-8, maxpts = 5e6))$test
  for (i in seq_along(s$coefficients)) {
    a <- sub(paste0(" - ", b), "", names(s$coefficients)[i])
    add(case, paste(a, "minus", b), method, s$coefficients[i], s$sigma[i], fit$df.residual,
        s$pvalues[i], ci[i, 2], ci[i, 3])
  }
}
slopes <- function(case, fit, x, g, a, b) {
  k <- paste0(x, ":", g, a); k <- if (k %in% names(coef(fit))) k else paste0(g, a, ":", x)
  e <- sqrt(vcovHC(fit, "HC3")[k, k]); m <- coef(fit)[k]; d <- fit$df.residual
  add(case, paste(a, "minus", b), "separate lines, HC3", m, e, d, 2 * pt(-abs(m / e), d),
      m - qt(.975, d) * e, m + qt(.975, d) * e)
}
an <- transform(anorexia, Treat = relevel(Treat, "Cont"))
slopes_together <- function(case, fit, x, g, b) {
  k <- grep(":", names(coef(fit))); K <- matrix(0, length(k), length(coef(fit)))
  K[cbind(seq_along(k), k)] <- 1
  rownames(K) <- paste(sub(paste0("^", g), "", gsub(paste0(":?", x, ":?"), "", names(coef(fit))[k])), "-", b)
  set.seed(1)
  test <- glht(fit, linfct = K, vcov. = vcovHC(fit, "HC3"))
  ci <- confint(test, calpha = adjusted_calpha(abseps = 1e-8, maxpts = 5e6))$confint
  s <- summary(test, test = adjusted("single-step", abseps = 1e-8, maxpts = 5e6))$test
  for (i in seq_along(k))
    add(case, sub(" - ", " minus ", rownames(K)[i]), "separate lines, HC3, Dunnett", s$coefficients[i],
        s$sigma[i], fit$df.residual, s$pvalues[i], ci[i, 2], ci[i, 3])
}
for (a in c("CBT", "FT")) {
  welch("anorexia", an, "Postwt", "Treat", a, "Cont")
  pooled("anorexia", lm(Postwt ~ Treat + Prewt, an), "Treat", a, "Cont", "ANCOVA on Prewt")
  slopes("anorexia", lm(Postwt ~ Treat * Prewt, an), "Prewt", "Treat", a, "Cont")
}
together("anorexia", lm(Postwt ~ Treat + Prewt, an), "Treat", "Cont", "ANCOVA on Prewt, Dunnett")
together("anorexia", lm(Postwt ~ Treat, an), "Treat", "Cont", "equal spread, Dunnett")
slopes_together("anorexia", lm(Postwt ~ Treat * Prewt, an), "Prewt", "Treat", "Cont")
tg <- transform(ToothGrowth, supp = relevel(supp, "VC"))
welch("ToothGrowth", tg, "len", "supp", "OJ", "VC")
slopes("ToothGrowth", lm(len ~ supp * dose, tg), "dose", "supp", "OJ", "VC")
ep <- aggregate(cbind(y, base) ~ subject + trt, epil, mean); ep$trt <- factor(ep$trt)
welch("epil", ep, "y", "trt", "progabide", "placebo")
pooled("epil", lm(y ~ trt + base, ep), "trt", "progabide", "placebo", "ANCOVA on base")
slopes("epil", lm(y ~ trt * base, ep), "base", "trt", "progabide", "placebo")
t <- with(sleep, t.test(extra[group == 1], extra[group == 2], paired = TRUE))
add("sleep", "paired difference", "paired t", t$estimate, t$stderr, t$parameter, t$p.value, t$conf.int[1], t$conf.int[2])
pg <- transform(PlantGrowth, group = relevel(group, "ctrl"))
pg <- pg[c(1:10, 11:16, 21:29), ]  # of three sizes
write.csv(pg, "tests/reference/own_unequal.csv", row.names = FALSE, quote = FALSE)
together("unequal", lm(weight ~ group, pg), "group", "ctrl", "equal spread, Dunnett")
table <- do.call(rbind, out)
for (n in names(table)[4:9]) table[[n]] <- sprintf("%.17g", table[[n]])
write.csv(table, "tests/reference/groups.csv", row.names = FALSE)
