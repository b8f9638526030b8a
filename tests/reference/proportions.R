# Wilson intervals by prop.test(correct = FALSE); Goodman's joint intervals from the roots
# printed in Goodman (1965), Technometrics 7:247-254: the witness of ldn_analysis.proportions.
# Run from the repository root:  Rscript tests/reference/proportions.R
# Written by R 4.2.2. Numbers with 17 significant digits.

cases <- list(c(0, 1), c(1, 1), c(0, 29), c(1, 29), c(14, 29), c(15, 29), c(28, 29), c(29, 29),
              c(16, 28), c(9, 28), c(3, 28), c(500, 1000), c(1, 1000))
wilson <- do.call(rbind, lapply(c(0.5, 0.8, 0.95, 0.99), function(level) {
  do.call(rbind, lapply(cases, function(case) {
    test <- suppressWarnings(prop.test(case[1], case[2], correct = FALSE, conf.level = level))
    data.frame(kind = "wilson", set = "", level = level, count = case[1], n_obs = case[2],
               low = test$conf.int[1], high = test$conf.int[2])
  }))
}))

improvement <- read.csv("data/illustrative/improvement.csv")$improvement
categories <- c("very much improved", "much improved", "minimally improved", "no change",
                "minimally worse", "much worse", "very much worse")
sets <- list(shipped = as.vector(table(factor(improvement, categories))), two = c(3, 7),
             large = c(100, 250, 1, 649))
goodman <- do.call(rbind, lapply(names(sets), function(name) {
  do.call(rbind, lapply(c(0.8, 0.95), function(level) {
    counts <- sets[[name]]
    n <- sum(counts)
    b <- qchisq(1 - (1 - level) / length(counts), 1)
    half <- sqrt(b * (b + 4 * counts * (n - counts) / n))
    data.frame(kind = "goodman", set = name, level = level, count = counts, n_obs = n,
               low = (b + 2 * counts - half) / (2 * (n + b)),
               high = (b + 2 * counts + half) / (2 * (n + b)))
  }))
}))

both <- rbind(wilson, goodman)
both$low <- sprintf("%.17g", both$low)
both$high <- sprintf("%.17g", both$high)
write.csv(both, "tests/reference/proportions.csv", row.names = FALSE, quote = FALSE)
