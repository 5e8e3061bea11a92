group "default" {
  targets = ["web", "api"]
}

target "web" {
  context = "web"
  network = "host"
}

target "api" {
  context = "api"
  network = "host"
}
