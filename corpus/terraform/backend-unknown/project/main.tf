terraform {
  backend "s4" {}
}
