package coppice_test

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"

	"github.com/seed-7832d3a3/coppice"
)

// profileLabels are the labels of all goroutines, as the profile prints them.
func profileLabels(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
		t.Fatal(err)
	}
	var labels []string
	for line := range strings.Lines(b.String()) {
		if strings.HasPrefix(line, "# labels:") {
			labels = append(labels, line)
		}
	}
	return strings.Join(labels, "")
}

// A profiler tells whose code a goroutine runs.
func TestGoroutineLabels(t *testing.T) {
	n := coppice.NewNode(quiet())
	defer n.Stop(context.Background())
	started, release := make(chan struct{}), make(chan struct{})
	block := func(*coppice.Process) error {
		started <- struct{}{}
		<-release
		return nil
	}
	body, _, err := coppice.StartProcess(n, coppice.Spec{Name: coppice.Name("oven"), Body: func(p *coppice.Process) error {
		p.InitAck()
		return block(p)
	}})
	if err != nil {
		t.Fatal(err)
	}
	<-started
	want := fmt.Sprintf(`"name":"oven", "pid":"%v", "type":`, body)
	if got := profileLabels(t); !strings.Contains(got, want) {
		t.Errorf("no %s in %s", want, got)
	}
	release <- struct{}{}
	_, _ = coppice.Await(n, body)

	server := startOne(t, n, handler(block))
	for _, on := range []bool{false, true, false} {
		n.LabelGoroutines(on)
		_ = coppice.Send(n, server, 1)
		<-started
		want = fmt.Sprintf(`"pid":"%v"`, server)
		if got := profileLabels(t); strings.Contains(got, want) != on {
			t.Errorf("labels %v: %s", on, got)
		}
		release <- struct{}{}
		rest(server)
	}
	// Goroutines that do nothing have no labels left; they lose them a moment
	// after the process has given them back.
	for strings.Contains(profileLabels(t), "pid") {
		runtime.Gosched()
	}
}

// rest waits until a server is idle.
func rest(pid coppice.PID) {
	for info, ok := coppice.Lookup(pid); ok && info.Status != coppice.Idle; info, ok = coppice.Lookup(pid) {
		runtime.Gosched()
	}
}

// A handler is the behaviour of a process that does the same with each message.
type handler func(*coppice.Process) error

func (handler) Init(*coppice.Process) error                          { return nil }
func (h handler) Handle(p *coppice.Process, _ coppice.Message) error { return h(p) }
func (handler) Terminate(*coppice.Process, error) error              { return nil }
