//go:build unix

package main

import (
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"
)

// A session is a coppice that runs in a terminal of its own.
type session struct {
	t       *testing.T
	cmd     *exec.Cmd
	pty     *os.File
	changed chan struct{} // something was written
	ended   chan error

	mu   sync.Mutex // guards what follows
	term *testTerminal
}

// inTerminal runs a command line in a terminal of 80 columns and 24 rows.
func inTerminal(t *testing.T, args ...string) *session {
	t.Helper()
	s := &session{t: t, cmd: exec.Command("coppice", args...), changed: make(chan struct{}, 1), ended: make(chan error, 1), term: newTestTerminal(80, 24)}
	s.cmd.Env = append(os.Environ(), "TERM=xterm-256color", "XDG_STATE_HOME="+t.TempDir(), "NO_COLOR=")
	var err error
	if s.pty, err = pty.StartWithSize(s.cmd, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	s.term.answer = func(text string) { _, _ = s.pty.WriteString(text) }
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill() // as a rule it has ended
		_ = s.pty.Close()
	})
	go s.read()
	return s
}

func (s *session) read() {
	buffer := make([]byte, 64<<10)
	for {
		n, err := s.pty.Read(buffer)
		s.mu.Lock()
		_, _ = s.term.Write(buffer[:n])
		s.mu.Unlock()
		select {
		case s.changed <- struct{}{}:
		default:
		}
		if err != nil {
			s.ended <- s.cmd.Wait()
			return
		}
	}
}

// until waits until something holds for the terminal.
func (s *session) until(what string, holds func(*testTerminal) bool) {
	s.t.Helper()
	limit := time.After(time.Minute)
	for {
		s.mu.Lock()
		ok := holds(s.term)
		shown := s.term.text(0)
		s.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-s.changed:
		case <-limit:
			s.t.Fatalf("%s: there is only\n%s", what, shown)
		}
	}
}

// sees waits until a text is somewhere on the terminal.
func (s *session) sees(text string) {
	s.t.Helper()
	s.until(text, func(term *testTerminal) bool { return strings.Contains(term.text(0), text) })
}

// line waits until the line of the cursor is this, and the editor waits for more.
// What is typed before that can get lost.
func (s *session) line(text string) {
	s.t.Helper()
	s.until(text, func(term *testTerminal) bool { return waits(term, text) })
}

func waits(term *testTerminal, line string) bool {
	return term.row(term.y) == line && term.settled == line && !term.hidden
}

func (s *session) types(text string) { _, _ = s.pty.WriteString(text) }

func (s *session) resize(width, height int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.term.resize(width, height)
	if err := pty.Setsize(s.pty, &pty.Winsize{Rows: uint16(height), Cols: uint16(width)}); err != nil {
		s.t.Fatal(err)
	}
}

// end waits for the end, and checks that the terminal is as it was before.
func (s *session) end(before *term.State) {
	s.t.Helper()
	select {
	case err := <-s.ended:
		if err != nil {
			s.t.Errorf("it ended with %v", err)
		}
	case <-time.After(time.Minute):
		s.t.Fatal("it has not ended")
	}
	after, err := term.GetState(int(s.pty.Fd()))
	if err == nil && *after != *before {
		s.t.Error("the terminal is not in the mode that it was in")
	}
	if s.term.top != 0 || s.term.bottom != s.term.height-1 || s.term.hidden {
		s.t.Errorf("rows %d to %d scroll, and the cursor is hidden: %v", s.term.top, s.term.bottom, s.term.hidden)
	}
	if text := s.term.text(0); strings.Contains(text, "req/s") {
		s.t.Errorf("the figures were left:\n%s", text)
	}
}

// What has been typed is read without waiting for more.
func TestPending(t *testing.T) {
	keyboard, terminal, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer keyboard.Close()
	defer terminal.Close()
	if _, err := term.MakeRaw(int(terminal.Fd())); err != nil {
		t.Fatal(err)
	}
	if got := pending(terminal); len(got) > 0 {
		t.Errorf("%q, and nothing was typed", got)
	}
	if _, err := keyboard.WriteString("ab\x03c"); err != nil {
		t.Fatal(err)
	}
	var got []byte
	for len(got) < 4 && t.Context().Err() == nil {
		got = append(got, pending(terminal)...)
	}
	if string(got) != "ab\x03c" {
		t.Errorf("%q", got)
	}
}

// A text is not run if Ctrl-C came since it was read, and the shell says so as
// of what it has run.
func TestRunUnless(t *testing.T) {
	var said strings.Builder
	none := talk{app: &app{err: &said}} // which could run nothing
	if err := none.runUnless(t.Context(), "procs()", func() bool { return true }); err != nil || said.String() != "cancelled\n" {
		t.Errorf("%v, said %q", err, said.String())
	}
}

// The demo in a terminal: the figures stay at the top while things are typed and
// long lists scroll, in any size, and nothing of them is left at the end.
func TestDemoInTerminal(t *testing.T) {
	sockets(t)
	for _, ending := range []struct {
		name string
		do   func(*session)
	}{
		{"Ctrl-D", func(s *session) { s.types("\x04") }},
		{"stop", func(s *session) { s.types("stop\r"); s.sees("watch the order: what started last ends first") }},
		{"SIGTERM", func(s *session) { _ = s.cmd.Process.Signal(syscall.SIGTERM) }},
	} {
		t.Run(ending.name, func(t *testing.T) {
			s := inTerminal(t, "demo", "--addr", "127.0.0.1:0")
			before, err := term.GetState(int(s.pty.Fd()))
			if err != nil {
				t.Fatal(err)
			}
			figures := func(row int, text string) {
				t.Helper()
				s.until(text, func(term *testTerminal) bool { return strings.Contains(term.row(row), text) })
			}
			s.line("coppice(demo)1>")
			figures(0, "zombies")
			s.types("poison\r")
			s.sees("watch north_")
			s.line("coppice(demo)2>")
			s.until("one restart", func(term *testTerminal) bool { return strings.Fields(term.row(1))[7] == "1" })
			s.types("procs()\r")
			s.line("coppice(demo)3>")
			figures(0, "zombies")
			s.types("break so")
			s.line("coppice(demo)3> break so")
			s.types("\x03")
			s.line("coppice(demo)3>")
			s.types("whereis no")
			s.line("coppice(demo)3> whereis no")
			s.resize(60, 12)
			s.until("one line", func(term *testTerminal) bool {
				return strings.Contains(term.row(0), " req/s ") && term.y == 2 && waits(term, "coppice(demo)3> whereis no")
			})
			s.types("body\r")
			s.line("coppice(demo)4>")
			s.types("\x0c")
			s.until("cleared", func(term *testTerminal) bool {
				return strings.Contains(term.row(0), " req/s ") && term.y == 2 && waits(term, "coppice(demo)4>")
			})
			s.resize(80, 24)
			figures(5, "all")
			s.line("coppice(demo)4>")
			ending.do(s)
			s.end(before)
			s.sees("everything is stopped in order, the last to start first:")
			s.sees("ms  west, after referee, ")
			s.sees("ms  saturday")
		})
	}
}
