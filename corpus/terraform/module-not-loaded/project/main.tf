module "till" {
  source = "./till"
}
