package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// An outcome is what was seen of one fault in one program.
type outcome struct {
	Subject    string
	Fault      string
	Short      []string // what fell short; see legend
	Skipped    bool     `json:",omitempty"` // the library has no words for it
	Alive      bool     // the program
	Ended      string   `json:",omitempty"` // how, if it has
	EndedMs    int64    `json:",omitempty"`
	Others     bool     // the other workers answered
	Back       bool     // the worker answers again
	BackMs     int64
	Fresh      bool     // with a state built anew
	Told       bool     // each client got an answer
	ToldMs     int64    // the last
	Answer     string   `json:",omitempty"`
	Operator   string   `json:",omitempty"`
	Named      bool     // something was written that names the worker
	Placed     bool     // and the place in its code
	Goroutines [2]int   // before and after; processes of Erlang
	MiB        [2]int   // of heap and stacks
	CPU        float64  `json:",omitempty"` // processors in use after it
	Flood      *flooded `json:",omitempty"`
	Load       *loaded  `json:",omitempty"`
	Wrote      string   `json:"-"`
}

type flooded struct {
	Answered, Refused, Late int
	MiB                     int   // the most
	BackMs                  int64 // until it answered a new client
}

type loaded struct{ Answered, Refused, Lost int }

// A trial is one program in which one fault happens.
type trial struct {
	fault fault
	o     outcome
	cmd   *exec.Cmd
	in    io.Writer
	ended chan struct{}

	mu      sync.Mutex // guards what follows
	n       int
	replies map[string]chan string
	wrote   bytes.Buffer
	born    string // of the victim, before
}

func workers() []string { return append([]string{victim, sibling}, others...) }

// try has a fault happen in a program of its own.
func try(s subject, f fault, folder string) outcome {
	t := &trial{fault: f, replies: map[string]chan string{"ready": make(chan string, 1)}, ended: make(chan struct{})}
	t.o = outcome{Subject: s.name, Fault: f.name, Alive: true, Others: true, Told: true}
	for _, w := range s.without {
		if w == f.name {
			t.o.Skipped = true
			return t.o
		}
	}
	if err := t.start(s, folder); err != nil {
		t.o.Alive, t.o.Ended = false, err.Error()
	} else {
		t.run()
	}
	_ = t.cmd.Process.Kill()
	<-t.ended
	t.o.Short = t.shortfalls()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.o.Wrote = t.wrote.String()
	return t.o
}

func (t *trial) start(s subject, folder string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	args := []string{self, "-run", s.name}
	if s.command != nil {
		args = s.command(folder)
	}
	t.cmd = exec.Command(args[0], args[1:]...)
	t.cmd.Dir = folder // where Erlang leaves its dump
	t.cmd.Env = append(os.Environ(), "SURVIVAL_PROGRAM="+s.name)
	if t.in, err = t.cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := t.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	errs, err := t.cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := t.cmd.Start(); err != nil {
		return err
	}
	var reading sync.WaitGroup
	reading.Go(func() { t.read(out) })
	reading.Go(func() { t.read(errs) })
	go func() {
		reading.Wait()
		_ = t.cmd.Wait()
		close(t.ended)
	}()
	if _, ok := t.await(t.replies["ready"], 20*time.Second); !ok {
		return fmt.Errorf("it did not start")
	}
	return nil
}

// read takes what the program says: its answers, and what it reports.
func (t *trial) read(from io.Reader) {
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadString('\n')
		t.take(line)
		if err != nil {
			return
		}
	}
}

func (t *trial) take(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	said, ok := strings.CutPrefix(line, "@ ")
	if !ok {
		if t.wrote.Len() < 1<<20 {
			t.wrote.WriteString(line)
		}
		return
	}
	id, said, _ := strings.Cut(strings.TrimSpace(said), " ")
	if r := t.replies[id]; r != nil {
		r <- said
	}
}

// send gives the program a command; its answer comes from the channel.
func (t *trial) send(verb, arg string) <-chan string {
	t.mu.Lock()
	t.n++
	id := strconv.Itoa(t.n)
	reply := make(chan string, 1)
	t.replies[id] = reply
	t.mu.Unlock()
	_, _ = fmt.Fprintln(t.in, id, verb, arg)
	return reply
}

// await returns what came in time.
func (t *trial) await(reply <-chan string, limit time.Duration) (string, bool) {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	ended := t.ended
	for {
		select {
		case said := <-reply:
			return said, true
		default:
		}
		select {
		case said := <-reply:
			return said, true
		case <-timer.C:
			return "", false
		case <-ended:
			ended = nil
			timer.Reset(0)
		}
	}
}

func (t *trial) run() {
	for range 3 {
		for _, w := range workers() {
			if said, ok := t.await(t.send("ask", w), patience); !ok || !strings.HasPrefix(said, "ok ") {
				t.o.Others = false
			}
		}
	}
	_, t.born = t.ask(victim)
	t.o.Goroutines[0], t.o.MiB[0] = t.stats()
	if t.fault.way != nil {
		t.fault.way(t)
	} else {
		t.strike()
	}
	if t.fault.last {
		return
	}
	t.lookAtVictim()
	t.lookAtOthers()
	for until := time.Now().Add(2 * time.Second); !t.hasEnded(); time.Sleep(50 * time.Millisecond) {
		t.o.Goroutines[1], t.o.MiB[1] = t.stats()
		if !t.leaks() || time.Now().After(until) {
			break
		}
	}
	t.lookAtCPU()
	if t.hasEnded() {
		t.o.Alive, t.o.Ended = false, t.cmd.ProcessState.String()
	}
}

func (t *trial) hasEnded() bool {
	select {
	case <-t.ended:
		return true
	default:
		return false
	}
}

// ask asks a worker, and returns its count and when it was born.
func (t *trial) ask(worker string) (int, string) {
	said, _ := t.await(t.send("ask", worker), time.Second)
	var count int
	var born string
	if _, err := fmt.Sscanf(said, "ok %d %s", &count, &born); err != nil {
		return 0, ""
	}
	return count, born
}

func (t *trial) stats() (goroutines, mib int) {
	said, _ := t.await(t.send("stats", "-"), patience)
	_, _ = fmt.Sscanf(said, "ok %d %d", &goroutines, &mib)
	return goroutines, mib
}

// lookAtOthers asks the other workers: each has a second, in which it may be
// restarted.
func (t *trial) lookAtOthers() {
	for _, w := range workers()[1:] {
		for until := time.Now().Add(time.Second); ; time.Sleep(20 * time.Millisecond) {
			if _, born := t.ask(w); born != "" {
				break
			}
			if t.hasEnded() || time.Now().After(until) {
				t.o.Others = false
				return
			}
		}
	}
}

// lookAtVictim waits until the worker answers, with a state of its own.
func (t *trial) lookAtVictim() {
	begun := time.Now()
	for until := begun.Add(4 * time.Second); time.Now().Before(until) && !t.hasEnded(); time.Sleep(20 * time.Millisecond) {
		count, born := t.ask(victim)
		if born != "" && (born != t.born || t.fault.lives) {
			t.o.Back, t.o.BackMs = true, time.Since(begun).Milliseconds()
			t.o.Fresh = count == 1 || t.fault.lives && born == t.born
			return
		}
	}
}

// lookAtCPU measures what the program that has nothing to do takes of the
// processors; where there is no /proc, nothing.
func (t *trial) lookAtCPU() {
	ticks := func() (n int) {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", t.cmd.Process.Pid))
		if err != nil {
			return 0
		}
		_, rest, _ := strings.Cut(string(text), ") ")
		fields := strings.Fields(rest)
		for _, f := range fields[11:13] { // user and system time, in hundredths
			ticks, _ := strconv.Atoi(f)
			n += ticks
		}
		return n
	}
	if t.fault.name != "spin" {
		return
	}
	before := ticks()
	time.Sleep(time.Second)
	t.o.CPU = float64(ticks()-before) / 100
}

// terminate tells the program to end, and waits until it has.
func (t *trial) terminate() {
	sent := time.Now()
	_ = t.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-t.ended:
		t.o.Alive, t.o.Ended = false, t.cmd.ProcessState.String()
	case <-time.After(8 * time.Second):
	}
	t.o.EndedMs = time.Since(sent).Milliseconds()
}
