variable "region" {
  default = "north"
}

