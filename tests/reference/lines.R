# Straight lines by R's lm(): the witness of ldn_analysis.line and ldn_analysis.regression.
# Run from the repository root:  Rscript tests/reference/lines.R
# Written by R 4.2.2. Numbers with 17 significant digits, which a double survives.

# The first edition's illustrative panes, kept in line_inputs.csv so that nothing moves with the data.
inputs <- read.csv("tests/reference/line_inputs.csv")
pane <- function(condition, shift = 0) {
  rows <- inputs[inputs$set == condition, ]
  data.frame(x = rows$x + shift, y = rows$y)
}
quartet <- function(i) data.frame(x = anscombe[[paste0("x", i)]], y = anscombe[[paste0("y", i)]])

cases <- list(
  ldn = pane("ldn"), placebo = pane("placebo"),
  ldn_shifted = pane("ldn", 1e4), placebo_shifted = pane("placebo", 1e4),
  anscombe1 = quartet(1), anscombe2 = quartet(2), anscombe3 = quartet(3), anscombe4 = quartet(4),
  three = data.frame(x = c(1, 2, 4), y = c(1, 3, 2)),
  ties = data.frame(x = c(10, 10, 10, 20, 20, 30), y = c(1, 2, 3, 3, 5, 4))
)

out <- list()
add <- function(case, quantity, value, item = seq_along(value)) {
  out[[length(out) + 1]] <<- data.frame(
    case = case, quantity = quantity, item = item, value = sprintf("%.17g", unname(value))
  )
}

for (case in names(cases)) {
  d <- cases[[case]]
  fit <- lm(y ~ x, d)
  s <- summary(fit)
  add(case, "estimate", s$coefficients[, 1])
  add(case, "std_error", s$coefficients[, 2])
  add(case, "statistic", s$coefficients[, 3])
  add(case, "p_value", s$coefficients[, 4])
  for (level in c(0.8, 0.95)) {
    interval <- confint(fit, level = level)
    add(case, paste0("conf_low_", level), interval[, 1])
    add(case, paste0("conf_high_", level), interval[, 2])
  }
  add(case, "residual_sd", s$sigma)
  add(case, "r_squared", s$r.squared)
  add(case, "adj_r_squared", s$adj.r.squared)
  add(case, "df", s$df[2])
  test <- cor.test(d$x, d$y)
  add(case, "r", test$estimate)
  add(case, "r_p_value", test$p.value)
  if (nrow(d) > 3) {
    for (level in c(0.8, 0.95)) {
      interval <- cor.test(d$x, d$y, conf.level = level)$conf.int
      add(case, paste0("r_conf_", level), interval)
    }
  }
  add(case, "fitted", fitted(fit))
  add(case, "resid", resid(fit))
  add(case, "leverage", hatvalues(fit))
  add(case, "std_resid", rstandard(fit))
  add(case, "cooks_distance", cooks.distance(fit))
  new <- data.frame(x = min(d$x) + c(-5, 0, 2.5, 12, 100))
  add(case, "new_x", new$x)
  for (level in c(0.8, 0.95)) {
    mean <- predict(fit, new, interval = "confidence", level = level, se.fit = TRUE)
    one <- predict(fit, new, interval = "prediction", level = level)
    add(case, paste0("new_fitted_", level), mean$fit[, "fit"])
    add(case, paste0("new_std_error_", level), mean$se.fit)
    add(case, paste0("new_conf_low_", level), mean$fit[, "lwr"])
    add(case, paste0("new_conf_high_", level), mean$fit[, "upr"])
    add(case, paste0("new_pred_low_", level), one[, "lwr"])
    add(case, paste0("new_pred_high_", level), one[, "upr"])
  }
}

write.csv(do.call(rbind, out), "tests/reference/lines.csv", row.names = FALSE, quote = FALSE)
