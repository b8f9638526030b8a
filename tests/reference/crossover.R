# Reference values for the tests of slopes, crossover, diary_model, responders and agreement.
# Run from the root of the repository: Rscript tests/reference/crossover.R
# Needs lme4, lmerTest, clubSandwich and MASS (Debian: r-cran-lme4 r-cran-lmertest
# r-cran-clubsandwich r-cran-mass). R 4.2.2.
suppressMessages({library(lme4); library(lmerTest); library(clubSandwich); library(MASS)})
rows <- list()
put <- function(case, term, ...) {
  values <- c(...)
  rows[[length(rows) + 1]] <<- data.frame(case, term, quantity = names(values), value = unname(values))
}
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5),
                     check.conv.singular = "ignore")

# Fixed inputs: the illustrative data of the first edition.
people <- read.csv("tests/reference/crossover_outcomes.csv")
change <- reshape(people, direction = "long", varying = c("ldn", "placebo"), v.names = "y",
                  timevar = "condition", times = c("ldn", "placebo"), idvar = "participant")

# --- slopes ---
wide <- reshape(change[c("participant", "condition", "esr_mm_h", "y")], direction = "wide",
                idvar = c("participant", "esr_mm_h"), timevar = "condition")
wide$d <- wide$y.ldn - wide$y.placebo
fit <- lm(d ~ esr_mm_h, wide)
s <- summary(fit)$coefficients[2, ]; ci <- confint(fit)[2, ]
put("slopes", "difference", estimate = s[[1]], std_error = s[[2]], statistic = s[[3]], p_value = s[[4]],
    df = fit$df.residual, conf_low = ci[[1]], conf_high = ci[[2]])
change$c <- ifelse(change$condition == "ldn", 0.5, -0.5)
pooled <- lm(y ~ esr_mm_h * c, change)
v <- vcovCR(pooled, cluster = change$participant, type = "CR2")
ct <- coef_test(pooled, vcov = v, test = "Satterthwaite")["esr_mm_h:c", ]
put("slopes", "CR2", estimate = ct$beta, std_error = ct$SE, df = ct$df_Satt, p_value = ct$p_Satt)
m <- lmer(y ~ esr_mm_h * c + (1 | participant), change, REML = TRUE, control = tight)
s <- summary(m)$coefficients["esr_mm_h:c", ]
put("slopes", "lmer", estimate = s[[1]], std_error = s[[2]], df = s[[3]], statistic = s[[4]], p_value = s[[5]])
for (g in c("ldn", "placebo")) {
  s <- summary(lm(y ~ esr_mm_h, change[change$condition == g, ]))$coefficients[2, ]
  put("slopes", g, estimate = s[[1]], p_value = s[[4]])
}

# --- crossover: illustrative, unbalanced, boundary ---
crossover <- function(case, wide) {  # wide: starts (TRUE: first condition first), first, second
  d <- wide$first - wide$second
  t1 <- t.test(wide$first, wide$second, paired = TRUE)
  put(case, "paired difference", estimate = mean(d), statistic = t1$statistic[[1]], df = t1$parameter[[1]],
      p_value = t1$p.value, conf_low = t1$conf.int[1], conf_high = t1$conf.int[2])
  t2 <- t.test(d[wide$starts], -d[!wide$starts], var.equal = TRUE)  # twice the adjusted difference is
  t3 <- t.test(d[!wide$starts], d[wide$starts], var.equal = TRUE)   # mean(AB) - mean(-BA)
  put(case, "period-adjusted difference", estimate = diff(rev(t2$estimate))[[1]] / 2, statistic = t2$statistic[[1]],
      df = t2$parameter[[1]], p_value = t2$p.value, conf_low = t2$conf.int[1] / 2, conf_high = t2$conf.int[2] / 2)
  put(case, "period effect", estimate = diff(rev(t3$estimate))[[1]] / 2, statistic = t3$statistic[[1]],
      df = t3$parameter[[1]], p_value = t3$p.value, conf_low = t3$conf.int[1] / 2, conf_high = t3$conf.int[2] / 2)
  total <- wide$first + wide$second
  t4 <- t.test(total[wide$starts], total[!wide$starts], var.equal = TRUE)
  put(case, "carry-over", estimate = diff(rev(t4$estimate))[[1]], statistic = t4$statistic[[1]],
      df = t4$parameter[[1]], p_value = t4$p.value, conf_low = t4$conf.int[1], conf_high = t4$conf.int[2])
  n <- nrow(wide)
  long <- data.frame(id = factor(rep(1:n, 2)), y = c(wide$first, wide$second), c = rep(c(0.5, -0.5), each = n),
                     p = c(ifelse(wide$starts, -0.5, 0.5), ifelse(wide$starts, 0.5, -0.5)))
  m <- lmer(y ~ c + p + (1 | id), long, REML = TRUE, control = tight)
  s <- summary(m)$coefficients
  put(case, "mixed-model difference", estimate = s["c", 1], std_error = s["c", 2], df = s["c", 3],
      p_value = s["c", 5], log_likelihood = as.numeric(logLik(m)), residual_sd = sigma(m),
      person_sd = attr(VarCorr(m)$id, "stddev")[[1]], period = s["p", 1], period_std_error = s["p", 2])
}
trial <- change[change$trial == "crossover", ]
w <- reshape(trial[c("participant", "condition", "sequence", "y")], direction = "wide",
             idvar = c("participant", "sequence"), timevar = "condition")
crossover("illustrative", data.frame(starts = w$sequence == "ldn then placebo", first = w$y.ldn, second = w$y.placebo))
crossover("unbalanced", data.frame(starts = c(TRUE, TRUE, TRUE, TRUE, TRUE, FALSE, FALSE),
  first = c(31, 12, 45, 22, 38, 9, 27), second = c(18, 10, 30, 25, 19, 4, 26)))
crossover("boundary", data.frame(starts = c(TRUE, TRUE, TRUE, FALSE, FALSE, FALSE),
  first = c(10, 14, 9, 22, 12, 6), second = c(15, 8, 14, 3, 9, 17)))

# --- daily diary ---
diary <- read.csv("tests/reference/crossover_diary.csv")
kept <- people[people$trial == "crossover", ]
diary <- diary[diary$participant %in% kept$participant & diary$phase %in% c("ldn", "placebo") & !is.na(diary$pain_0_100), ]
diary <- merge(diary, kept[c("participant", "sequence")])
is_ldn <- diary$phase == "ldn"
diary$c <- ifelse(is_ldn, 0.5, -0.5)
diary$p <- ifelse(is_ldn == (diary$sequence == "ldn then placebo"), -0.5, 0.5)
diary$day <- diary$day_in_phase - mean(diary$day_in_phase)
diary$day_sd <- diary$day / sqrt(mean(diary$day^2))
for (case in c("diary both", "diary condition", "diary intercept")) {
  random <- c("diary both" = "(1 + c + day_sd | participant)", "diary condition" = "(1 + c | participant)",
              "diary intercept" = "(1 | participant)")[[case]]
  m <- lmer(as.formula(paste("pain_0_100 ~ c + p + day +", random)), diary, REML = TRUE, control = tight)
  s <- summary(m)$coefficients
  for (term in rownames(s)) put(case, term, estimate = s[term, 1], std_error = s[term, 2])
  put(case, "fit", log_likelihood = as.numeric(logLik(m)), residual_sd = sigma(m),
      intercept_sd = attr(VarCorr(m)$participant, "stddev")[[1]])
}

# --- responders ---
mid_p <- function(b, c) if (b == c) 1 - dbinom(b, b + c, 0.5) / 2 else
  2 * pbinom(min(b, c), b + c, 0.5) - dbinom(min(b, c), b + c, 0.5)
# Tango's interval without his formula: the restricted likelihood is maximised numerically.
tango <- function(b, c, n, level = 0.95) {
  score <- function(delta) {
    loglik <- function(q) {  # q: share of second-only pairs; first-only is q + delta
      rest <- 1 - 2 * q - delta
      b * log(q + delta) * (b > 0) + ifelse(c > 0, c * log(q), 0) + (n - b - c) * log(rest)
    }
    low <- max(0, -delta); high <- (1 - delta) / 2
    q <- optimize(loglik, c(low + 1e-12, high - 1e-12), maximum = TRUE, tol = 1e-14)$maximum
    (b - c - n * delta) / sqrt(n * (2 * q + delta * (1 - delta)))
  }
  z <- qnorm(0.5 + level / 2); e <- (b - c) / n
  c(uniroot(function(x) score(x) - z, c(-0.999, e), tol = 1e-12)$root,
    uniroot(function(x) score(x) + z, c(e, 0.999), tol = 1e-12)$root)
}
responders <- function(case, a, b, c, d) {
  n <- a + b + c + d
  chi <- mcnemar.test(matrix(c(a, c, b, d), 2), correct = FALSE)
  ex <- binom.test(b, b + c)
  ti <- tango(b, c, n)
  put(case, "tests", exact = ex$p.value, mid_p = mid_p(b, c), chi_square = chi$statistic[[1]], chi_p = chi$p.value)
  put(case, "odds ratio", conf_low = ex$conf.int[1] / (1 - ex$conf.int[1]), conf_high = ex$conf.int[2] / (1 - ex$conf.int[2]))
  put(case, "tango", conf_low = ti[1], conf_high = ti[2])
  put(case, "cells", both = a, first_only = b, second_only = c, neither = d)
}
for (cut in c(30, 50)) {
  f <- w$y.ldn >= cut; g <- w$y.placebo >= cut
  responders(paste0("illustrative ", cut), sum(f & g), sum(f & !g), sum(!f & g), sum(!f & !g))
}
responders("bentur", 1, 1, 7, 12)
responders("cavo", 59, 6, 16, 80)
responders("newcombe", 36, 12, 2, 0.0)
responders("even", 5, 4, 4, 7)

# --- ordered answer ---
both <- change[change$condition == "ldn" & change$improvement != "", c("participant", "improvement", "y")]
order <- rev(c("very much improved", "much improved", "minimally improved", "no change", "minimally worse",
               "much worse"))
both$answer <- factor(both$improvement, levels = order, ordered = TRUE)
both$x <- (both$y - mean(both$y)) / 10
m <- polr(answer ~ x, both, Hess = TRUE, control = list(reltol = 1e-15, maxit = 1000))
s <- summary(m)$coefficients["x", ]
rho <- cor.test(as.integer(both$answer), both$y, method = "spearman", exact = FALSE)
put("improvement", "polr", slope = s[[1]], std_error = s[[2]], log_likelihood = as.numeric(logLik(m)), n_obs = nrow(both))
put("improvement", "spearman", estimate = rho$estimate[[1]], p_value = rho$p.value)

table <- do.call(rbind, rows)
table$value <- trimws(formatC(table$value, digits = 17, format = "g"))
write.csv(table, "tests/reference/crossover.csv", row.names = FALSE, quote = FALSE)
