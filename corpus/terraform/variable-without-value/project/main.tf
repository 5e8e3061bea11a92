variable "region" {}

output "place" {
  value = "${var.region}"
}
