//go:build unix

package main

import (
	"context"
	"errors"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/term"

	"github.com/seed-7832d3a3/coppice"
)

// shellOf opens a node, and in a terminal a shell that is attached to it. before
// is the state of the terminal.
func shellOf(t *testing.T, name string) (node *coppice.Node, s *session, before *term.State) {
	t.Helper()
	sockets(t)
	node, err := openShop(name)
	t.Cleanup(func() { node.Stop(context.Background()) })
	if err != nil {
		t.Fatal(err)
	}
	s = inTerminal(t, "shell", name)
	before = s.state()
	s.line("coppice(" + name + ", read-only)1>")
	return node, s, before
}

func (s *session) state() *term.State {
	s.t.Helper()
	state, err := term.GetState(int(s.pty.Fd()))
	if err != nil {
		s.t.Fatal(err)
	}
	return state
}

// enter presses Enter at a prompt, and waits until what was typed runs: from then
// on Ctrl-C is a signal, and no key.
func (s *session) enter() {
	s.t.Helper()
	raw := *s.state()
	s.types("\r")
	for limit := time.Now().Add(time.Minute); *s.state() == raw; runtime.Gosched() {
		if time.Now().After(limit) {
			s.t.Fatal("what was typed does not run")
		}
	}
}

// ended waits for the end by a signal.
func (s *session) endedBy(by syscall.Signal) {
	s.t.Helper()
	select {
	case err := <-s.ended:
		exit := new(exec.ExitError)
		if !errors.As(err, &exit) || exit.ExitCode() != exitSignal+int(by) {
			s.t.Errorf("it has ended with %v, want the exit status of %v", err, by)
		}
	case <-time.After(time.Minute):
		s.t.Fatal("it has not ended")
	}
}

// clears clears the screen, with nothing typed behind the prompt.
func (s *session) clears(prompt string) {
	s.t.Helper()
	s.types("\x0c")
	s.until("a clear screen", func(term *testTerminal) bool { return term.y == 0 && waits(term, prompt) })
}

const ctrlC, ctrlD, ctrlR = "\x03", "\x04", "\x12"

// Ctrl-C gives a fresh prompt, whatever is typed or runs, and what is typed right
// behind it counts. Ctrl-D leaves, and the node goes on.
func TestCtrlC(t *testing.T) {
	node, s, before := shellOf(t, "typed")
	for what, c := range map[string]struct{ keys, shown string }{
		"half a line":    {"call cart_1 Ad", "cart_1 Ad"},
		"a line":         {"call cart_1 Add", "cart_1 Add"},
		"open brackets":  {"[41,\r42", "42"},
		"an open string": {"`some\rthing", "thing"},
		"a list":         {"call \t", "main.Cart"},
		"a search":       {ctrlR + "ca", "search"},
	} {
		t.Log(what)
		s.types(c.keys)
		s.sees(c.shown)
		s.types(ctrlC)
		s.line("coppice(typed, read-only)1>")
		s.clears("coppice(typed, read-only)1>")
	}
	s.types("xyz" + ctrlC + "41 + 1\r")
	s.line("coppice(typed, read-only)2>")
	s.sees("\n42\n")

	s.types("watch cart_1")
	s.enter()
	s.sees("  {items:nil}")
	s.types(ctrlC)
	s.line("coppice(typed, read-only)3>")
	s.sees("0 changes")
	s.types("trace cart_1 --for 10m")
	s.enter()
	s.types(ctrlC + ctrlC)
	prompt := ""
	s.until("it has ended, or has not begun", func(term *testTerminal) bool {
		prompt = "coppice(typed, read-only)4>"
		if strings.Contains(term.text(0), "cancelled") {
			prompt = "coppice(typed, read-only)3>"
		}
		return waits(term, prompt) && (strings.Contains(term.text(0), "ended by you") || strings.Contains(term.text(0), "cancelled"))
	})
	s.clears(prompt)
	s.types("await nobody")
	s.enter()
	s.types(ctrlC)
	s.line(prompt)
	s.sees("cancelled")

	s.types("status" + ctrlC)
	s.clears(prompt) // a Ctrl-D that comes while the terminal changes its mode is none
	s.types(ctrlD)
	s.end(before)
	if node.Err() != nil {
		t.Error("the node has ended with its shell")
	}
}

// A signal that ends the shell leaves the terminal as it was.
func TestShellIsEnded(t *testing.T) {
	for _, by := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		for what, do := range map[string]func(*session){
			"at the prompt": func(s *session) { s.types("call ca"); s.sees("call ca") },
			"while it runs": func(s *session) { s.types("trace cart_1"); s.enter() },
		} {
			t.Run(what+" "+by.String(), func(t *testing.T) {
				_, s, before := shellOf(t, "ended")
				do(s)
				if err := s.cmd.Process.Signal(by); err != nil {
					t.Fatal(err)
				}
				s.endedBy(by)
				if after := s.state(); *after != *before {
					t.Errorf("the terminal is %+v, and was %+v", after, before)
				}
			})
		}
	}
}

// A shell that is killed while it follows a server leaves nothing in the node.
func TestShellIsKilled(t *testing.T) {
	sockets(t)
	node, err := openShop("left")
	if err != nil {
		t.Fatal(err)
	}
	defer node.Stop(context.Background())
	before := runtime.NumGoroutine()
	s := inTerminal(t, "shell", "left")
	s.line("coppice(left, read-only)1>")
	s.types("trace cart_1 --for 10m")
	s.enter()
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-s.ended
	for limit := time.Now().Add(time.Minute); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(limit) {
			stacks := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, %d before\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// When the node ends the shell says so and goes on; when there is one of this
// name again, it talks to that.
func TestNodeComesBack(t *testing.T) {
	node, s, before := shellOf(t, "again")
	s.types("x = 7\r")
	s.line("coppice(again, read-only)2>")
	s.types("watch cart_1")
	s.enter()
	s.sees("  {items:nil}")
	node.Stop(context.Background())
	s.line("coppice(again, gone)2>")
	s.sees("node again does not answer: its program has ended")
	s.types("status\r")
	s.until("asked again", func(term *testTerminal) bool {
		return strings.Count(term.text(0), "Ctrl-D leaves") == 3 && waits(term, "coppice(again, gone)2>")
	})
	node, err := openShop("again")
	if err != nil {
		t.Fatal(err)
	}
	defer node.Stop(context.Background())
	s.types("whereis cart_1\r")
	s.line("coppice(again, read-only)3>")
	s.sees("again is back, as process")
	s.types("x\r")
	s.line("coppice(again, read-only)4>")
	s.sees("\n7\n")
	s.types(ctrlD)
	s.end(before)
}
