//go:build windows

package tray
