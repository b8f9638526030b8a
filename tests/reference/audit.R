# Witnesses for the audit of printed numbers: p values, McNemar and unpaired tests, intervals.
# Run from the repository's root: Rscript tests/reference/audit.R   (R 4.2; base packages only)
rows <- list()
add <- function(what, case, value)
  rows[[length(rows) + 1]] <<- data.frame(what = what, case = case, value = sprintf("%.17g", value))
opts <- options(warn = -1)

for (case in list(c(2.2, 28), c(1.02, 48), c(-3.5, 7), c(0.01, 3)))
  add("t", paste(case, collapse = " "), 2 * pt(-abs(case[1]), case[2]))
for (case in list(c(7.7, 1, 101), c(2.2, 2, 28), c(22.2, 2, 28), c(0.3, 5, 12)))
  add("F", paste(case, collapse = " "), pf(case[1], case[2], case[3], lower.tail = FALSE))
for (case in list(c(22.2, 28), c(3.84, 1), c(52.2, 28)))
  add("chi-square", paste(case, collapse = " "), pchisq(case[1], case[2], lower.tail = FALSE))
for (case in c(1.2, 2.2, -4.1)) add("z", paste(case), 2 * pnorm(-abs(case)))
for (case in list(c(.22, 28), c(-.52, 28), c(.9, 8)))
  add("r", paste(case, collapse = " "),
      2 * pt(-abs(case[1]) * sqrt(case[2] / (1 - case[1]^2)), case[2]))

# Paired tables: both, first only, second only, neither.
for (cells in list(c(0, 9, 3, 16), c(1, 8, 2, 17), c(2, 7, 1, 18), c(3, 6, 0, 19),
                   c(10, 4, 4, 2), c(59, 6, 16, 80), c(5, 0, 7, 8))) {
  case <- paste(cells, collapse = " ")
  m <- matrix(cells, 2, byrow = TRUE)
  b <- cells[2]; n <- cells[2] + cells[3]
  exact <- binom.test(b, n)$p.value
  one <- binom.test(b, n, alternative = if (b >= n - b) "greater" else "less")$p.value
  # Mid-p (Fagerland, Lydersen and Laake 2013, eq. 2 and text for equal cells).
  mid <- if (2 * b == n) 1 - dbinom(b, n, .5) / 2 else exact - dbinom(b, n, .5)
  add("McNemar exact", case, exact)
  add("McNemar mid-p", case, mid)
  add("McNemar chi-square", case, mcnemar.test(m, correct = FALSE)$p.value)
  add("McNemar chi-square corrected", case, mcnemar.test(m, correct = TRUE)$p.value)
  add("one-tailed McNemar exact", case, one)
  size <- sum(cells); yes <- c(cells[1] + cells[2], cells[1] + cells[3])
  add("unpaired chi-square", case, prop.test(yes, c(size, size), correct = FALSE)$p.value)
  add("unpaired chi-square corrected", case, prop.test(yes, c(size, size))$p.value)
  add("unpaired Fisher exact", case, fisher.test(rbind(yes, size - yes))$p.value)
}

# SD behind p: difference, p and n, as for the exact (unrounded) p.
for (case in list(c(30.2, .003, 10), c(10.8, .016, 28))) {
  n <- case[3]; se <- case[1] / qt(1 - case[2] / 2, n - 1); name <- paste(case, collapse = " ")
  add("paired std_error", name, se)
  add("paired sd", name, se * sqrt(n))
  add("paired conf_low", name, case[1] - qt(.975, n - 1) * se)
  add("paired conf_high", name, case[1] + qt(.975, n - 1) * se)
}
se <- .49 / qt(1 - .236 / 2, 96)
add("groups std_error", "0.49 0.236 48 50", se)
add("groups sd", "0.49 0.236 48 50", se / sqrt(1 / 48 + 1 / 50))
# Fisher's interval as cor.test gives it, on data whose correlation is sqrt(0.8) by construction.
set.seed(1)
x <- as.numeric(scale(rnorm(10))); e <- as.numeric(scale(resid(lm(rnorm(10) ~ x))))
test <- cor.test(x, sqrt(.8) * x + sqrt(.2) * e)
stopifnot(all.equal(unname(test$estimate), sqrt(.8)))
add("r conf_low", "0.8 10", test$conf.int[1])
add("r conf_high", "0.8 10", test$conf.int[2])

# P of an F by its numerator degrees of freedom.
for (k in 1:12) for (case in list(c(5.88, 67), c(3.858, 67), c(1.49, 67), c(8.96, 66)))
  add("numerator", paste(c(case[1], k, case[2]), collapse = " "),
      pf(case[1], k, case[2], lower.tail = FALSE))
# The 15 p values of Benjamini and Hochberg (1995, section 3.2), adjusted for any dependence.
p <- c(.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528,
       .7590, 1)
for (i in seq_along(p)) add("BY", paste(p[i]), p.adjust(p, "BY")[i])
# SD of printed values, and the standardised difference of INNOVA's change.
esr <- c(0, 45, 2, 8, 28, 50, 27, 20, 28, 31)
add("esr mean", "10", mean(esr)); add("esr sd", "10", sd(esr))
sd <- sqrt((46 * 1.55^2 + 48 * 1.66^2) / 94)
add("d", "0.31 1.55 47 1.66 49", .31 / sd)

write.csv(do.call(rbind, rows), "tests/reference/audit.csv", row.names = FALSE, quote = FALSE)
