# Makes time_to_repair.csv: Kaplan-Meier curves by R's package survival, with the interval on the log(-log) scale.
# Run in this folder with R and the package survival: Rscript time_to_repair.R
library(survival)
falls <- read.csv("time_to_repair_falls.csv")
curves <- summary(survfit(Surv(time, is_repaired) ~ group, data = falls, conf.type = "log-log"),
                  times = 0:12, extend = FALSE)
made <- data.frame(group = sub("group=", "", curves$strata), sessions = curves$time, at_risk = curves$n.risk,
                   share_repaired = 1 - curves$surv, low = 1 - curves$upper, high = 1 - curves$lower)
numbers <- c("share_repaired", "low", "high")
made[numbers] <- lapply(made[numbers], function(x) trimws(formatC(x, digits = 12, format = "f")))
write.csv(made, "time_to_repair.csv", row.names = FALSE, quote = FALSE)
