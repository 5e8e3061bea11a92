open_till <- function() stop("no till")
open_till()
