package main

func main() {
	var prices map[string]int
	prices["tea"] = 3
}
