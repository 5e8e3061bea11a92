package main

import _ "example.com/shop/tray"

func main() {}
