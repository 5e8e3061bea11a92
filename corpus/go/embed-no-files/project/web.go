package shop

import "embed"

//go:embed dist/*
var Files embed.FS
