data "terraform_remote_state" "till" {
  backend = "local"

  config {
    path = "till.tfstate"
  }
}

output "shop" {
  value = "${data.terraform_remote_state.till.shop}"
}
