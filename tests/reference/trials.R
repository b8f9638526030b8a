# What the illustrative diaries give, by base R: end points and percent reductions of every
# person (the witness of ldn_analysis.diaries), and the tests and summaries that the
# calibration is about (the witness of ldn_analysis.calibration).
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

values <- c(
  pilot_reduction_placebo = mean(pick("pilot", "symptoms_0_100", "placebo")),
  pilot_reduction_ldn = mean(pick("pilot", "symptoms_0_100", "ldn")),
  pilot_difference = unname(paired("pilot", "symptoms_0_100")$estimate),
  pilot_difference_p = paired("pilot", "symptoms_0_100")$p.value,
  pilot_responders = sum(gain >= 30),
  pilot_esr_r2 = 100 * summary(lm(pick("pilot", "symptoms_0_100", "ldn") ~ pilot$esr_mm_h))$r.squared,
  rct_age_min = min(trial$age_years),
  rct_age_max = max(trial$age_years),
  rct_fm_duration = mean(trial$fibromyalgia_years),
  rct_pain_reduction_ldn = mean(pick("crossover", "pain_0_100", "ldn")),
  rct_pain_reduction_placebo = mean(pick("crossover", "pain_0_100", "placebo")),
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
  # Not targets with a number: the abstract says that these did not improve.
  fatigue_p = paired("crossover", "fatigue_0_100")$p.value,
  sleep_p = paired("crossover", "sleep_problems_0_100")$p.value
)
write.csv(data.frame(id = names(values), value = sprintf("%.17g", values)),
          "tests/reference/calibration.csv", row.names = FALSE, quote = FALSE)
