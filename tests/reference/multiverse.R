# lme4's answers for the mixed model of the multiverse: everybody of the crossover trial with an end point.
# Rscript tests/reference/multiverse.R   (from the project's root)
suppressMessages(library(lme4))
people <- read.csv("data/illustrative/participants.csv")
people <- people[people$trial == "crossover", ]
diary <- read.csv("data/illustrative/daily_pain.csv")
diary <- diary[diary$participant %in% people$participant, ]
final <- function(phase, days) {
  rows <- diary[diary$phase == phase, ]
  last <- ave(rows$day, rows$participant, FUN = max)
  rows <- rows[rows$day > last - days & !is.na(rows$pain_0_100), ]
  aggregate(pain_0_100 ~ participant, rows, mean)
}
out <- list()
for (days in c(3, 7, 14)) for (esr in c("as is", "log(ESR + 1)")) for (order in c(FALSE, TRUE)) {
  base <- setNames(final("baseline", 14), c("participant", "base"))
  long <- rbind(cbind(final("ldn", days), c = 0.5), cbind(final("placebo", days), c = -0.5))
  long <- merge(merge(long, base), people)
  long$y <- 100 * (long$base - long$pain_0_100) / long$base
  long$x <- if (esr != "as is") log(long$esr_mm_h + 1) else long$esr_mm_h
  long$x <- long$x - mean(long$x)
  long$p <- ifelse(long$sequence == "ldn then placebo", 1, -1) * 2 * long$c / 2
  m <- lmer(if (order) y ~ c * x + p + (1 | participant) else y ~ c * x + (1 | participant), long,
            control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12)))
  s <- summary(m)$coefficients["c:x", ]
  out[[length(out) + 1]] <- data.frame(end_days = days, esr = esr, adjusted_for = if (order) "order" else "nothing",
    slope = s[[1]], std_error = s[[2]], ratio = as.numeric(VarCorr(m)$participant) / sigma(m)^2, n_obs = length(unique(long$participant)))
}
write.csv(do.call(rbind, out), "tests/reference/multiverse.csv", row.names = FALSE)
