package coppicetest_test

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/coppicetest"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A recorder is a testing.TB that keeps what a test tells it.
type recorder struct {
	testing.TB

	mu       sync.Mutex // guards what follows
	errors   []string
	log      strings.Builder
	cleanups []func()
}

func (r *recorder) Helper() {}

func (r *recorder) add(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errors = append(r.errors, text)
}

func (r *recorder) Error(args ...any)                 { r.add(fmt.Sprint(args...)) }
func (r *recorder) Errorf(format string, args ...any) { r.add(fmt.Sprintf(format, args...)) }

func (r *recorder) Fatal(args ...any) {
	r.add(fmt.Sprint(args...))
	runtime.Goexit()
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.add(fmt.Sprintf(format, args...))
	runtime.Goexit()
}

func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

func (r *recorder) Output() io.Writer { return r }

func (r *recorder) Write(text []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.Write(text)
}

// record runs f as coppicetest.RunWith does and returns what would have failed.
func record(t *testing.T, options coppicetest.Options, f func(t testing.TB, n *coppice.Node)) *recorder {
	t.Helper()
	r := &recorder{TB: t}
	synctest.Test(t, func(*testing.T) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			f(r, coppicetest.NewNode(r, options))
		}()
		<-done
		for len(r.cleanups) > 0 {
			last := len(r.cleanups) - 1
			cleanup := r.cleanups[last]
			r.cleanups = r.cleanups[:last]
			cleanup()
		}
		time.Sleep(24 * time.Hour) // what a test leaves behind here ends by then
	})
	return r
}

// wantFailures checks that the test fails this often, with these words.
func wantFailures(t *testing.T, r *recorder, words ...string) {
	t.Helper()
	if len(r.errors) != len(words) {
		t.Fatalf("%d failures, want %d: %q", len(r.errors), len(words), r.errors)
	}
	for i, want := range words {
		for part := range strings.SplitSeq(want, "|") {
			if !strings.Contains(r.errors[i], part) {
				t.Errorf("failure %d has no %q: %s", i, part, r.errors[i])
			}
		}
	}
}

// A Cell is a server that keeps a number.
type Cell struct{ n int }

type (
	Add   struct{ N int } // a cast
	Crash struct{}        // a cast
	Read  struct{ genserver.Returns[int] }
)

func (c *Cell) add(_ *coppice.Process, m Add) error        { c.n += m.N; return nil }
func (c *Cell) crash(*coppice.Process, Crash) error        { panic("boom") }
func (c *Cell) read(*coppice.Process, Read) (int, error)   { return c.n, nil }
func (c *Cell) terminate(*coppice.Process, error) error    { return nil }
func newCell(_ *coppice.Process, start int) (*Cell, error) { return &Cell{start}, nil }

var cells = genserver.Define(newCell,
	genserver.OnCall((*Cell).read),
	genserver.OnCast((*Cell).add),
	genserver.OnCast((*Cell).crash),
	genserver.OnTerminate((*Cell).terminate),
)

const (
	cell = coppice.Name("cell")
	top  = coppice.Name("top")
)

// startTree starts a supervisor of one cell.
func startTree(t testing.TB, n *coppice.Node) {
	t.Helper()
	sup := supervisor.New(supervisor.Spec{
		Children: []supervisor.ChildSpec{{ID: "c", Start: cells.With(7, genserver.Name(cell))}},
	}, supervisor.Name(top))
	if _, err := sup.Start(n); err != nil {
		t.Fatal(err)
	}
}

func spawn(t testing.TB, n *coppice.Node, body func(*coppice.Process) error) coppice.PID {
	t.Helper()
	pid, err := coppice.Spawn(n, body)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}
