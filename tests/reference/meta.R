# Meta-analyses by metafor (the witness of evidence/pooling and evidence/series) and standardised
# effects from the printed numbers by base R (the witness of evidence/effects). The Hartung-Knapp
# rows are metafor's test = "adhoc": the factor on the variance is never below 1 (Roever et al. 2015).
# Run from the repository root:  Rscript tests/reference/meta.R
# Written by R 4.2.2 with metafor 3.8-1 (Debian's r-cran-metafor). 17 significant digits.
suppressMessages(library(metafor))

# --- cases ---------------------------------------------------------------------------------
# Borenstein, Hedges, Higgins and Rothstein (2009), Introduction to Meta-Analysis, table 14.1:
# Hedges' g and its variance in six studies; entered by hand.
borenstein <- data.frame(
  trial = c("Carroll", "Grant", "Peck", "Donat", "Stewart", "Young"),
  estimate = c(0.095, 0.277, 0.367, 0.664, 0.462, 0.185),
  variance = c(0.033, 0.031, 0.050, 0.011, 0.043, 0.023), year = 1:6
)
# Colditz et al. (1994), JAMA 271:698-702: BCG vaccine against tuberculosis, 13 trials; cases and
# people without the disease, vaccinated and not; entered by hand, as log risk ratios.
bcg <- data.frame(
  a = c(4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27),
  b = c(119, 300, 228, 13536, 5036, 1361, 2537, 87886, 7470, 1699, 50448, 2493, 16886),
  c = c(11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29),
  d = c(128, 274, 209, 12619, 5761, 1079, 619, 87892, 7232, 1600, 27197, 2338, 17825),
  year = c(1948, 1949, 1960, 1977, 1973, 1953, 1973, 1980, 1968, 1961, 1974, 1969, 1976)
)
bcg$trial <- paste("trial", 1:13)
n1 <- bcg$a + bcg$b
n2 <- bcg$c + bcg$d
bcg$estimate <- log((bcg$a / n1) / (bcg$c / n2))
bcg$variance <- 1 / bcg$a - 1 / n1 + 1 / bcg$c - 1 / n2

# The project's trials, by hand-written formulas: t from p, d in between-person SDs.
printed <- read.csv("data/published/trials.csv")
arms <- read.csv("data/published/trial_arms.csv")
# SD of one arm: as printed, else from the interval of its mean, by t.
arm_sd <- function(rows, arm) {
  row <- rows[rows$arm == arm, ]
  if (!is.na(row$sd)) return(row$sd)
  (row$ci_high - row$ci_low) / (2 * qt(0.975, row$n - 1)) * sqrt(row$n)
}
standardise <- function(r, standardiser) {
  rows <- list()
  # The correlation of the two results of a participant of 2013, from its arms and p.
  crossed <- printed[printed$trial == "Crossover RCT 2013", ]
  own <- arms[arms$trial == crossed$trial & arms$outcome == crossed$outcome, ]
  s1 <- arm_sd(own, "ldn")
  s2 <- arm_sd(own, "placebo")
  sd_difference <- crossed$estimate * sqrt(28) / qt(1 - crossed$p_value / 2, 27)
  derived_r <- (s1^2 + s2^2 - sd_difference^2) / (2 * s1 * s2)
  for (i in seq_len(nrow(printed))) {
    trial <- printed[i, ]
    sign <- ifelse(trial$favours == "ldn", 1, -1)
    if (trial$trial == "Crossover RCT 2023") next
    if (grepl("^crossover", trial$design)) {
      n <- trial$n_ldn
      df <- n - 1
      t <- qt(1 - trial$p_value / 2, df)
      raw_error <- trial$estimate / t
      used_r <- ifelse(is.na(r), derived_r, r)
      if (is.na(r) && trial$trial == crossed$trial) {
        sd <- sqrt((s1^2 + s2^2) / 2)
      } else {
        sd <- raw_error * sqrt(n) / sqrt(2 * (1 - used_r))
      }
    } else {
      own <- arms[arms$trial == trial$trial & arms$time == "baseline", ]
      n1 <- own$n[own$arm == "ldn"]
      n2 <- own$n[own$arm == "placebo"]
      n <- n1 + n2
      df <- n - 2
      raw_error <- (trial$ci_high - trial$ci_low) / (2 * qnorm(0.975))
      used_r <- NA
      sd <- switch(standardiser,
        arms = sqrt(((n1 - 1) * arm_sd(own, "ldn")^2 + (n2 - 1) * arm_sd(own, "placebo")^2) / df),
        printed = abs(trial$estimate) / trial$cohens_d,
        derived = raw_error / sqrt(1 / n1 + 1 / n2)
      )
    }
    d <- abs(trial$estimate) / sd
    v <- (raw_error / sd)^2 + d^2 / (2 * n)
    # The exact correction that escalc uses.
    j <- exp(lgamma(df / 2) - log(sqrt(df / 2)) - lgamma((df - 1) / 2))
    rows[[length(rows) + 1]] <- data.frame(
      trial = trial$trial, estimate = sign * j * d, variance = j^2 * v, year = trial$year,
      sd = sd, raw_std_error = raw_error, r = used_r, n = n
    )
  }
  do.call(rbind, rows)
}
effects <- list()
cases <- list(borenstein = borenstein, bcg = bcg)
for (standardiser in c("arms", "printed", "derived")) {
  for (r in c(NA, 0.5, 0.9)) {
    all <- standardise(r, standardiser)
    effects[[length(effects) + 1]] <- data.frame(standardiser = standardiser, within_r = r, all)
    key <- paste("ldn", standardiser, r, sep = "_")
    cases[[key]] <- all[all$trial != "Pilot 2009", ]
    cases[[paste0(key, "_pilot")]] <- all
  }
}
effects <- do.call(rbind, effects)
# Two trials, no variance between trials, a huge one.
cases$two <- data.frame(
  trial = c("a", "b"), estimate = c(0.1, 0.9), variance = c(0.04, 0.09), year = 1:2
)
cases$no_tau <- data.frame(
  trial = letters[1:4], estimate = c(0.30, 0.35, 0.28, 0.40),
  variance = c(0.04, 0.09, 0.05, 0.1), year = 1:4
)
cases$near <- data.frame(
  trial = letters[1:3], estimate = c(0.30, 0.31, 0.29), variance = c(0.01, 0.02, 0.03), year = 1:3
)
cases$equal <- data.frame(
  trial = c("a", "b"), estimate = c(0.05, 0.0501), variance = c(0.01, 0.01), year = 1:2
)
cases$huge <- data.frame(
  trial = letters[1:5], estimate = c(-300, 20, 1000, -5, 450),
  variance = c(0.01, 0.5, 0.02, 3, 0.1), year = 1:5
)

# --- what metafor says about them ----------------------------------------------------------
numbers <- list()
add <- function(case, method, quantity, value, key = "") {
  numbers[[length(numbers) + 1]] <<- data.frame(
    case = case, method = method, quantity = quantity, key = key, value = as.numeric(value)
  )
}
add_fit <- function(case, method, prefix, fit) {
  for (name in c("b", "se", "pval", "ci.lb", "ci.ub")) {
    add(case, method, paste0(prefix, ".", name), fit[[name]])
  }
}
control <- list(threshold = 1e-14, maxiter = 10000, tol = 1e-14, tau2.max = 1e9)
for (case in names(cases)) {
  data <- cases[[case]]
  k <- nrow(data)
  fixed <- rma(estimate, variance, data = data, method = "FE")
  add_fit(case, "fixed", "fixed", fixed)
  add(case, "fixed", "q", fixed$QE)
  add(case, "fixed", "q_p", fixed$QEp)
  for (i in seq_len(k)) add(case, "fixed", "weight", weights(fixed)[i] / 100, data$trial[i])
  for (method in c("DL", "PM")) {
    plain <- rma(estimate, variance, data = data, method = method, control = control)
    knha <- rma(
      estimate, variance, data = data, method = method, test = "adhoc", control = control
    )
    add_fit(case, method, "random", plain)
    add_fit(case, method, "knha", knha)
    add(case, method, "tau2", plain$tau2)
    if (method == "DL") add(case, method, "i2", plain$I2 / 100)
    for (i in seq_len(k)) add(case, method, "weight", weights(plain)[i] / 100, data$trial[i])
    if (k > 2) {
      # Higgins, Thompson and Spiegelhalter (2009): t on k - 2 degrees of freedom.
      prediction <- predict(plain, pi.type = "riley")
      add(case, method, "pred.lb", prediction$pi.lb)
      add(case, method, "pred.ub", prediction$pi.ub)
      out <- leave1out(knha)
      for (i in seq_len(k)) {
        add(case, method, "leave1out.b", out$estimate[i], data$trial[i])
        add(case, method, "leave1out.ci.lb", out$ci.lb[i], data$trial[i])
        add(case, method, "leave1out.ci.ub", out$ci.ub[i], data$trial[i])
        add(case, method, "leave1out.tau2", out$tau2[i], data$trial[i])
      }
    }
    sorted <- data[order(data$year), ]
    fit <- rma(
      estimate, variance, data = sorted, method = method, test = "adhoc", control = control
    )
    out <- cumul(fit)
    for (i in seq_len(k)[-1]) {
      add(case, method, "cumul.b", out$estimate[i], sorted$trial[i])
      add(case, method, "cumul.ci.lb", out$ci.lb[i], sorted$trial[i])
      add(case, method, "cumul.ci.ub", out$ci.ub[i], sorted$trial[i])
      add(case, method, "cumul.tau2", out$tau2[i], sorted$trial[i])
    }
  }
  profile <- confint(plain, control = list(tol = 1e-14, tau2.max = 1e9))$random
  add(case, "PM", "tau2.lb", profile["tau^2", "ci.lb"])
  add(case, "PM", "tau2.ub", profile["tau^2", "ci.ub"])
}

# Borenstein et al. (2009), chapter 4: two groups, means 103 and 100, SD 5.5 and 4.5, 50 each.
smd <- escalc(
  "SMD", m1i = 103, m2i = 100, sd1i = 5.5, sd2i = 4.5, n1i = 50, n2i = 50, vtype = "LS2"
)
add("chapter_4", "escalc", "g", smd$yi)
add("chapter_4", "escalc", "variance", smd$vi)

inputs <- do.call(rbind, lapply(names(cases), function(case) {
  data <- cases[[case]]
  data.frame(
    case = case, trial = data$trial, year = data$year, estimate = data$estimate,
    variance = data$variance
  )
}))
save <- function(table, name) {
  for (column in names(table)) {
    if (is.double(table[[column]])) table[[column]] <- sprintf("%.17g", table[[column]])
  }
  write.csv(table, file.path("tests/reference", name), row.names = FALSE, quote = FALSE)
}
save(do.call(rbind, numbers), "meta.csv")
save(inputs, "meta_inputs.csv")
save(effects, "meta_effects.csv")
