variable "region" {
  default = "north"
}

output "place" {
  value = var.region
}
