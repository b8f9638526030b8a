# What the illustrative diaries give, by base R: end points and percent reductions of every
# participant (the witness of ldn_analysis.data.diaries), and the tests and summaries that the
# calibration is about (the witness of ldn_analysis.data.calibration).
# Run from the repository root:  Rscript tests/reference/trials.R
# Written by R 4.2.2. Numbers with 17 significant digits.

people <- read.csv("data/illustrative/participants.csv")
diary <- read.csv("data/illustrative/daily_pain.csv")
improvement <- read.csv("data/illustrative/improvement.csv")
ratings <- c("pain_0_100", "symptoms_0_100", "fatigue_0_100", "sleep_problems_0_100",
             "mood_0_100", "life_satisfaction_0_100")

rows <- list()
for (person in people$participant[people$analysed == "True"]) {
  for (rating in ratings) {
    mine <- diary[diary$participant == person, ]
    if (all(is.na(mine[[rating]]))) next
    first <- mine[mine$phase == "baseline", rating]
    for (condition in c("ldn", "placebo")) {
      days <- mine[mine$phase == condition, ]
      days <- days[order(days$day), ]
      last <- tail(days[[rating]], 3)
      rows[[length(rows) + 1]] <- data.frame(
        participant = person, rating = rating, condition = condition,
        baseline = mean(first, na.rm = TRUE), end_point = mean(last, na.rm = TRUE),
        baseline_days = sum(!is.na(first)), end_point_days = sum(!is.na(last))
      )
    }
  }
}
summaries <- do.call(rbind, rows)
summaries$reduction_percent <- 100 * (summaries$baseline - summaries$end_point) / summaries$baseline

printed <- summaries
for (column in c("baseline", "end_point", "reduction_percent")) {
  printed[[column]] <- sprintf("%.17g", printed[[column]])
}
write.csv(printed, "tests/reference/diaries.csv", row.names = FALSE, quote = FALSE)

pick <- function(trial, rating, condition) {
  who <- people$participant[people$trial == trial & people$analysed == "True"]
  mine <- summaries[summaries$rating == rating & summaries$condition == condition, ]
  mine$reduction_percent[match(who, mine$participant)]
}
paired <- function(trial, rating) {
  t.test(pick(trial, rating, "ldn"), pick(trial, rating, "placebo"), paired = TRUE)
}
responds <- function(condition) {
  x <- function(rating) pick("crossover", rating, condition) >= 30
  sum(x("pain_0_100") & (x("fatigue_0_100") | x("sleep_problems_0_100")))
}
counts <- c(responds("ldn"), responds("placebo"))
table <- rbind(counts, 28 - counts)
pilot <- people[people$trial == "pilot", ]
trial <- people[people$trial == "crossover" & people$analysed == "True", ]
best <- improvement$improvement[improvement$participant %in% trial$participant] %in%
  c("very much improved", "much improved")
gain <- pick("pilot", "symptoms_0_100", "ldn") - pick("pilot", "symptoms_0_100", "placebo")
limit <- function(condition, end) t.test(pick("crossover", "pain_0_100", condition))$conf.int[end]
days <- diary[diary$trial == "pilot", ]
base <- diary[diary$phase == "baseline" & diary$participant %in% trial$participant, ]
# The day on which a broken line through the mean symptoms on LDN bends: least squares, day by day.
on <- days[days$phase == "ldn", ]
on$level <- on$symptoms_0_100 - ave(on$symptoms_0_100, on$participant, FUN = function(x) mean(x, na.rm = TRUE))
level <- tapply(on$level, on$day_in_phase, mean, na.rm = TRUE)
bends <- 7:(length(level) - 7)
left <- sapply(bends, function(bend) sum(resid(lm(level ~ pmin(seq_along(level), bend)))^2))
events <- function(event, condition) {
  sum(grepl(event, trial[[paste0("adverse_events_", condition)]], fixed = TRUE))
}

values <- c(
  pilot_reduction_placebo = mean(pick("pilot", "symptoms_0_100", "placebo")),
  pilot_reduction_ldn = mean(pick("pilot", "symptoms_0_100", "ldn")),
  pilot_difference = unname(paired("pilot", "symptoms_0_100")$estimate),
  # Read as a contrast on 254 degrees of freedom, not as a paired t test.
  pilot_difference_p = 2 * pt(-unname(paired("pilot", "symptoms_0_100")$statistic), 254),
  pilot_responders = sum(gain >= 30),
  pilot_esr_r2 = 100 * summary(lm(gain ~ pilot$esr_mm_h))$r.squared,
  pilot_esr_r = cor(gain, pilot$esr_mm_h),
  pilot_duration_r = cor(gain, pilot$fibromyalgia_years),
  pilot_severity_r = cor(gain, pilot$fiq_0_100),
  pilot_age = mean(pilot$age_years),
  pilot_age_sd = sd(pilot$age_years),
  pilot_fiq = mean(pilot$fiq_0_100),
  pilot_fiq_sd = sd(pilot$fiq_0_100),
  pilot_illness_years = mean(pilot$fibromyalgia_years),
  pilot_illness_years_sd = sd(pilot$fibromyalgia_years),
  pilot_diary_completed = 100 * mean(!is.na(days$symptoms_0_100)),
  pilot_fiq_reduction_placebo = mean(100 * (1 - pilot$fiq_placebo_0_100 / pilot$fiq_0_100)),
  pilot_fiq_reduction_ldn = mean(100 * (1 - pilot$fiq_ldn_0_100 / pilot$fiq_0_100)),
  pilot_tolerability_ldn = mean(pilot$tolerability_ldn_0_100),
  pilot_tolerability_placebo = mean(pilot$tolerability_placebo_0_100),
  pilot_time_to_peak = bends[which.min(left)],
  rct_age = mean(trial$age_years),
  rct_age_sd = sd(trial$age_years),
  rct_age_ldn_first = mean(trial$age_years[trial$sequence == "ldn then placebo"]),
  rct_age_ldn_first_sd = sd(trial$age_years[trial$sequence == "ldn then placebo"]),
  rct_age_placebo_first = mean(trial$age_years[trial$sequence != "ldn then placebo"]),
  rct_age_placebo_first_sd = sd(trial$age_years[trial$sequence != "ldn then placebo"]),
  rct_baseline_pain = mean(tapply(base$pain_0_100, base$participant, mean, na.rm = TRUE)),
  rct_age_min = min(trial$age_years),
  rct_age_max = max(trial$age_years),
  rct_fm_duration = mean(trial$fibromyalgia_years),
  rct_pain_reduction_ldn = mean(pick("crossover", "pain_0_100", "ldn")),
  rct_pain_reduction_placebo = mean(pick("crossover", "pain_0_100", "placebo")),
  rct_pain_reduction_ldn_ci_low = limit("ldn", 1),
  rct_pain_reduction_ldn_ci_high = limit("ldn", 2),
  rct_pain_reduction_placebo_ci_low = limit("placebo", 1),
  rct_pain_reduction_placebo_ci_high = limit("placebo", 2),
  rct_fatigue_ldn = mean(pick("crossover", "fatigue_0_100", "ldn")),
  rct_fatigue_placebo = mean(pick("crossover", "fatigue_0_100", "placebo")),
  rct_sleep_ldn = mean(pick("crossover", "sleep_problems_0_100", "ldn")),
  rct_sleep_placebo = mean(pick("crossover", "sleep_problems_0_100", "placebo")),
  rct_pain_reduction_p = paired("crossover", "pain_0_100")$p.value,
  rct_satisfaction_p = paired("crossover", "life_satisfaction_0_100")$p.value,
  rct_mood_p = paired("crossover", "mood_0_100")$p.value,
  rct_responders_ldn = 100 * counts[1] / 28,
  rct_responders_placebo = 100 * counts[2] / 28,
  rct_responders_p = suppressWarnings(chisq.test(table, correct = FALSE))$p.value,
  rct_pain30_ldn = 100 * mean(pick("crossover", "pain_0_100", "ldn") >= 30),
  rct_improved_ldn = 100 * mean(best),
  rct_severity_reduction_ldn = mean(pick("crossover", "symptoms_0_100", "ldn")),
  rct_severity_reduction_placebo = mean(pick("crossover", "symptoms_0_100", "placebo")),
  rct_tolerability_ldn = mean(trial$tolerability_ldn_0_100),
  rct_tolerability_placebo = mean(trial$tolerability_placebo_0_100),
  event_vivid_dreams_ldn = events("vivid dreams", "ldn"),
  event_vivid_dreams_placebo = events("vivid dreams", "placebo"),
  event_any_other_than_serious_ldn = sum(trial$adverse_events_ldn != "none"),
  event_any_other_than_serious_placebo = sum(trial$adverse_events_placebo != "none"),
  # Not targets with a number: the abstract says that these did not improve.
  fatigue_p = paired("crossover", "fatigue_0_100")$p.value,
  sleep_p = paired("crossover", "sleep_problems_0_100")$p.value
)
write.csv(data.frame(id = names(values), value = sprintf("%.17g", values)),
          "tests/reference/calibration.csv", row.names = FALSE, quote = FALSE)
