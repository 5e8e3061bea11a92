variable "region" {
  default = "north"
}

locals {
  shop = {
    name = "north"

}
