# Writes chart_values.json: what R packages make of the series in it. The tests read the file; R is not needed for them.
# Run in this folder: Rscript make_chart_values.R
# The file was made with R 4.2.2, qcc 3.0, NHSRplotthedots 0.2.2, spc 0.6.7 and strucchange 1.5.3. (Of qcc and
# NHSRplotthedots only the parts that draw were left out, and NHSRplotthedots' case_when(.default =) was written in its
# older form, TRUE ~, for dplyr 1.0; what they compute was not touched.)
suppressMessages({
  library(qcc)
  library(NHSRplotthedots)
  library(spc)
  library(strucchange)
  library(jsonlite)
})
set.seed(2012)

noise <- function(n) round(pmin(rnorm(n, 4, 0.4), 5), 2)
slope <- function(n) round(4.5 - 0.9 * seq_len(n) / n + rnorm(n, 0, 0.05), 2)
valley <- function(n) round(4.5 - 1.2 * pmax(0, 1 - abs(seq_len(n) - n / 2) / (n / 3)) + rnorm(n, 0, 0.04), 2)
steps <- function(n) round(ifelse(seq_len(n) > n * 0.6, 3.6, 4.3) + rnorm(n, 0, 0.25), 2)
fall_in_noise <- function(n) {
  x <- noise(n)
  x[7:14] <- round(4.6 - 0.12 * (1:8) + runif(8, 0, 0.05), 2)
  x
}
series <- c(
  list(c(4.2, 4.3, 4.2, 3.1, 3.6, 4.1, 4.3, 4.4)),
  lapply(rep(c(8, 12, 20, 30), each = 8), noise),
  lapply(rep(c(12, 20, 30), each = 6), slope),
  lapply(rep(c(16, 24, 30), each = 8), valley),
  lapply(rep(c(12, 20, 30), each = 6), steps),
  lapply(rep(c(20, 30), each = 12), fall_in_noise)
)

shewhart <- function(x) {
  chart <- qcc(x, type = "xbar.one")
  first <- qcc(x[1:5], type = "xbar.one")
  list(centre = chart$center, sigma = chart$std.dev, limit = chart$limits[1, "LCL"],
       first_centre = first$center, first_sigma = first$std.dev, first_limit = first$limits[1, "LCL"])
}
averages <- function(x) {
  first <- qcc(x[1:5], type = "xbar.one")
  chart <- ewma(x[-(1:5)], center = first$center, std.dev = first$std.dev, lambda = 0.2, nsigmas = 2.962)
  list(average = unname(chart$ewma), limit = unname(chart$limits[, "LCL"]))
}
dots <- function(x) {
  table <- data.frame(day = as.Date("2020-01-01") + seq_along(x), score = x)
  made <- suppressWarnings(ptd_spc(table, score, day, improvement_direction = "increase"))
  list(centre = made$mean_col[1], limit = made$lpl[1], types = made$special_cause_type)
}
cuts <- function(x) {
  lapply(1:3, function(k) if (length(x) >= 2 * (k + 1)) breakpoints(x ~ 1, h = 2, breaks = k)$breakpoints else NA)
}

shifts <- c(0, 0.25, 0.5, 1, 2)
arl <- function(limits) sapply(shifts, function(s) xewma.arl(0.2, 2.962, s, sided = "two", limits = limits))
write_json(
  list(
    series = lapply(series, function(x) {
      list(scores = x, shewhart = shewhart(x), ewma = averages(x), dots = dots(x), cuts = cuts(x))
    }),
    run_lengths = list(shifts = shifts, fixed_limits = arl("fix"), exact_limits = arl("vacl"))
  ),
  "chart_values.json", auto_unbox = TRUE, digits = 10
)
