package coppice

import (
	"testing"
	"unsafe"
)

// What a process looks at for each message and what others write to send it one
// are on no common line of the cache, wherever the process lies in memory, and
// that of its neighbours neither.
func TestLayoutOfAProcess(t *testing.T) {
	const line = 64
	var p proc
	if size := unsafe.Sizeof(p); size != 288 {
		t.Errorf("a process is %d bytes; 288 is a size in which Go's allocator loses nothing", size)
	}
	lastRead := unsafe.Offsetof(p.work) + unsafe.Sizeof(p.work)
	firstWritten := unsafe.Offsetof(p.mu)
	if apart := firstWritten - lastRead; apart < line {
		t.Errorf("%d bytes lie between what the owner reads and what senders write, want %d", apart, line)
	}
	next := unsafe.Sizeof(p) + unsafe.Offsetof(p.self)
	lastWritten := unsafe.Offsetof(p.box) + unsafe.Sizeof(p.box)
	if apart := next - lastWritten; apart < line/2 { // processes begin at multiples of half a line
		t.Errorf("%d bytes lie between what senders write and what the neighbour reads, want %d", apart, line/2)
	}
}
