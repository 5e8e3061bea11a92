data "terraform_remote_state" "till" {
  backnd = "local"
}
