//go:build !cgo

package main

func cRead(fd int) { goRead(fd) }
