//go:build cgo

package main

// #include <unistd.h>
import "C"
import "unsafe"

func cRead(fd int) {
	var b [1]byte
	C.read(C.int(fd), unsafe.Pointer(&b[0]), 1)
}
