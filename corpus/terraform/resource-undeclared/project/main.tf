output "till" {
  value = "${null_resource.till.id}"
}
