# Wilson intervals by prop.test(correct = FALSE) and joint intervals by binom.test.
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

# Joint: binom.test (Clopper and Pearson) with the error shared among the categories.
sets <- list(seven = c(5, 9, 7, 6, 1, 1, 0), two = c(3, 7), large = c(100, 250, 1, 649))
joint <- do.call(rbind, lapply(names(sets), function(name) {
  do.call(rbind, lapply(c(0.8, 0.95), function(level) {
    counts <- sets[[name]]
    n <- sum(counts)
    limits <- sapply(counts, function(count) {
      binom.test(count, n, conf.level = 1 - (1 - level) / length(counts))$conf.int
    })
    data.frame(kind = "joint", set = name, level = level, count = counts, n_obs = n,
               low = limits[1, ], high = limits[2, ])
  }))
}))

both <- rbind(wilson, joint)
both$low <- sprintf("%.17g", both$low)
both$high <- sprintf("%.17g", both$high)
write.csv(both, "tests/reference/proportions.csv", row.names = FALSE, quote = FALSE)
