output "place" {
  value = "${yamldecode("a: b")}"
}
