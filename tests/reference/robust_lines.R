# Least absolute deviation and the exact p of Spearman's rho: the witness of lines.robust,
# lines.least_absolute and core.intervals.
# Run from the repository root (needs quantreg):  Rscript tests/reference/robust_lines.R
suppressMessages(library(quantreg))
inputs <- read.csv("tests/reference/line_inputs.csv")
ldn <- inputs[inputs$set == "ldn", ]
points <- function(x, y) data.frame(x = x, y = y)
far <- points(c(-1.6, -1.2, -0.9, -0.7, -0.3, 0.1, 0.4, 0.6, 1.1, 1.7, 50),
              c(0.3, -1.1, 0.9, 0.2, -0.4, 1.3, -0.6, 0.8, -0.2, 0.5, -1.9))
sets <- list(
  ldn = points(ldn$x, ldn$y), placebo = points(inputs$x[inputs$set == "placebo"], inputs$y[inputs$set == "placebo"]),
  far = far, anscombe3 = points(anscombe$x3, anscombe$y3),
  ties = points(c(10, 10, 10, 20, 20, 30, 40), c(1, 2, 3, 3, 5, 4, 9))
)
data(engel)
sets$engel <- points(engel$income, engel$foodexp)

out <- list()
add <- function(case, quantity, value, item = seq_along(value)) out[[length(out) + 1]] <<- data.frame(
  case = case, quantity = quantity, item = item, value = sprintf("%.17g", unname(value)))
for (name in names(sets)) {
  fit <- suppressWarnings(rq(y ~ x, tau = 0.5, data = sets[[name]]))  # "solution may be nonunique"
  add(name, "lad", coef(fit)[2])
  add(name, "absolute", sum(abs(resid(fit))))
  if (name %in% c("far", "engel")) { add(name, "x", sets[[name]]$x); add(name, "y", sets[[name]]$y) }
}
for (n in 3:9) {
  x <- 1:n; y <- rank(sin(2.3 * x) + x / 9)
  add(paste0("rank", n), "x", x); add(paste0("rank", n), "y", y)
  test <- cor.test(x, y, method = "spearman", exact = TRUE)
  add(paste0("rank", n), "rho", test$estimate); add(paste0("rank", n), "p_value", test$p.value)
}

write.csv(do.call(rbind, out), "tests/reference/robust_lines.csv", row.names = FALSE, quote = FALSE)
