package main

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
)

// A first calls do when something is written to it.
type first struct {
	once sync.Once
	do   func()
}

func (f *first) Write(b []byte) (int, error) {
	f.once.Do(f.do)
	return len(b), nil
}

// What follows a node says that the node has ended.
func TestFollowTellsTheEnd(t *testing.T) {
	sockets(t)
	node, err := openShop("followed")
	if err != nil {
		t.Fatal(err)
	}
	crash(node, 1)
	var said bytes.Buffer
	ended := &first{do: func() { node.Stop(context.Background()) }}
	if status := run([]string{"-n", "followed", "crashes", "-f"}, strings.NewReader(""), ended, &said); status != exitOK || !strings.Contains(said.String(), "the node has ended") {
		t.Errorf("status %d, it says %q", status, said.String())
	}
}
