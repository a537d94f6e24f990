package coppicetest_test

import (
	"context"
	"io"
	"math"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/agent"
	"github.com/seed-7832d3a3/coppice/coppicetest"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
	"github.com/seed-7832d3a3/coppice/task"
)

// A Parcel is a message with memory of all kinds.
type Parcel struct {
	Items   []string
	Counts  map[string][]int
	Next    *Parcel
	Any     any
	hidden  []byte
	Grid    [2][]int
	When    time.Time
	From    coppice.PID
	Err     error
	Nothing *int
	Ratio   float64
	Func    func() // nil
}

func parcel() *Parcel {
	p := &Parcel{
		Items:  []string{"a", "b"},
		Counts: map[string][]int{"x": {1, 2}},
		Any:    []int{3},
		hidden: []byte("hidden"),
		Grid:   [2][]int{{4}, {5}},
		When:   time.Now(),
		Err:    io.EOF,
		Ratio:  math.NaN(),
	}
	p.Next = p // a ring
	return p
}

var copied = coppicetest.Options{Copy: true}

// What is delivered is equal, and shares nothing.
func TestCopy(t *testing.T) {
	coppicetest.RunWith(t, copied, func(t *testing.T, n *coppice.Node) {
		probe := coppicetest.NewProbe(t, n)
		sent := parcel()
		sent.From, sent.Ratio = probe.PID(), 1
		_ = coppice.Send(n, probe, sent)
		got := coppicetest.Receive[*Parcel](probe)
		if !reflect.DeepEqual(got, sent) || got.Err != io.EOF || got.From != sent.From {
			t.Errorf("got %+v, want %+v", got, sent)
		}
		if got == sent || got.Next != got {
			t.Errorf("%p of %p, next %p", got, sent, got.Next)
		}
		// The receiver may do with it what it likes.
		got.Items[0], got.Counts["x"][0], got.hidden[0], got.Grid[1][0] = "z", 9, 'H', 9
		got.Any.([]int)[0] = 9
		if want := parcel(); !reflect.DeepEqual(sent.Items, want.Items) || !reflect.DeepEqual(sent.Counts, want.Counts) ||
			!reflect.DeepEqual(sent.Grid, want.Grid) || !reflect.DeepEqual(sent.Any, want.Any) || string(sent.hidden) != "hidden" {
			t.Errorf("it shares memory: %+v", sent)
		}
	})
}

// Replies are copied, and errors keep their identity.
func TestCopyOfReply(t *testing.T) {
	own := []int{1, 2}
	replies := genserver.Define(
		func(*coppice.Process, genserver.None) (*Cell, error) { return &Cell{}, nil },
		genserver.OnCall(func(_ *Cell, _ *coppice.Process, m List) ([]int, error) {
			if m.Fail {
				return nil, io.EOF
			}
			return own, nil
		}),
	)
	coppicetest.RunWith(t, copied, func(t *testing.T, n *coppice.Node) {
		ref, err := replies.Start(n, genserver.None{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := genserver.Call(n, ref, List{})
		if err != nil || len(got) != 2 {
			t.Fatal(got, err)
		}
		got[0] = 9
		if own[0] != 1 {
			t.Errorf("it shares memory: %v", own)
		}
		if _, err := genserver.Call(n, ref, List{Fail: true}); err != io.EOF {
			t.Error(err)
		}
	})
}

type List struct {
	genserver.Returns[[]int]
	Fail bool
}

// Who changes what he has sent is told where, and what.
func TestChangedAfterSend(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*Parcel)
		want   string
	}{
		{"nothing", func(*Parcel) {}, ""},
		{"slice", func(p *Parcel) { p.Items[1] = "z" }, `*coppicetest_test.Parcel.Items[1] was "b" and is "z"`},
		{"map", func(p *Parcel) { p.Counts["x"][1] = 9 }, `Counts[x][1] was 2 and is 9`},
		{"map key", func(p *Parcel) { p.Counts["y"] = nil }, `Counts was map[x:[1 2]] and is map[x:[1 2] y:[]]`},
		{"map other key", func(p *Parcel) { delete(p.Counts, "x"); p.Counts["y"] = nil }, `Counts[x] was [1 2] and is nothing`},
		{"any", func(p *Parcel) { p.Any.([]int)[0] = 9 }, `Any[0] was 3 and is 9`},
		{"any type", func(p *Parcel) { p.Any = "text" }, `Any was [3] and is "text"`},
		{"hidden", func(p *Parcel) { p.hidden[0] = 'H' }, `hidden[0] was 104 and is 72`},
		{"array", func(p *Parcel) { p.Grid[1][0] = 9 }, `Grid[1][0] was 5 and is 9`},
		{"pointer", func(p *Parcel) { p.Next = nil }, `Next was`},
		{"length", func(p *Parcel) { p.Items = nil }, `Items was [a b] and is []`},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := record(t, copied, func(t testing.TB, n *coppice.Node) {
				probe := coppicetest.NewProbe(t, n)
				sent := parcel()
				_ = coppice.Cast(n, probe, sent)
				test.change(sent)
			})
			if test.want == "" {
				wantFailures(t, r)
			} else {
				wantFailures(t, r, "changed by its sender after it was sent|copy_test.go:|"+test.want)
			}
		})
	}
}

type number int

func (number) Even() bool { return true }

// What cannot be copied fails the test, unless it is said that it may be shared.
func TestCannotCopy(t *testing.T) {
	type locked struct{ Mu sync.Mutex }
	for _, test := range []struct {
		name  string
		body  any
		want  string
		share []reflect.Type
	}{
		{"channel", map[string]chan int{"x": make(chan int)}, "map[string]chan int[x] is a chan, of type chan int", []reflect.Type{reflect.TypeFor[chan int]()}},
		{"function", func() {}, "func() is a func, of type func()", []reflect.Type{reflect.TypeFor[func()]()}},
		{"lock", &locked{}, "Mu is a lock, of type sync.Mutex", []reflect.Type{reflect.TypeFor[*locked]()}},
		{"interface", struct{ R io.Reader }{&reader{make(chan int)}}, "R.c is a chan", []reflect.Type{reflect.TypeFor[io.Reader]()}},
	} {
		t.Run(test.name, func(t *testing.T) {
			send := func(t testing.TB, n *coppice.Node) {
				_ = coppice.Send(n, coppicetest.NewProbe(t, n), test.body)
			}
			wantFailures(t, record(t, copied, send), "cannot be copied|copy_test.go:|Options.Share|"+test.want)
			wantFailures(t, record(t, coppicetest.Options{Copy: true, Share: test.share}, send))
		})
	}
}

type reader struct{ c chan int }

func (*reader) Read([]byte) (int, error) { return 0, io.EOF }

// The library's own messages go through: specifications hold functions.
func TestCopyOfLibrary(t *testing.T) {
	coppicetest.RunWith(t, copied, func(t *testing.T, n *coppice.Node) {
		startTree(t, n)
		spec := supervisor.ChildSpec{ID: "body", Start: supervisor.Body(func(p *coppice.Process) error { p.Receive(); return nil })}
		if _, err := supervisor.StartChild(n, top, spec); err != nil {
			t.Fatal(err)
		}
		if got, err := supervisor.SpecOf(n, top, "body"); err != nil || got.Start == nil {
			t.Errorf("%v, %v", got, err)
		}
		coppicetest.Children(t, n, top, 2)
		probe := coppicetest.NewProbe(t, n)
		type handles struct {
			Node *coppice.Node
			Ctx  context.Context
			Ref  genserver.Ref[*Cell]
			Any  any
		}
		sent := handles{n, n, cells.At(cell), probe.PID()}
		_ = coppice.Send(n, probe, sent)
		_ = coppice.Send(n, probe, number(3))
		_ = coppice.Send(n, probe, nil)
		probe.Expect(sent)
		probe.Expect(number(3))
		probe.Expect(nil)
		later := genserver.Define(
			func(*coppice.Process, genserver.None) (*Cell, error) { return &Cell{}, nil },
			genserver.OnCallLater(func(_ *Cell, p *coppice.Process, _ Read, r genserver.Reply[int]) error {
				return coppice.Send(p, probe, r)
			}),
		)
		ref, err := later.Start(n, genserver.None{})
		if err != nil {
			t.Fatal(err)
		}
		call := genserver.SendRequest(n, ref, Read{})
		reply := coppicetest.Receive[genserver.Reply[int]](probe)
		reply.Send(5)
		if got, err := call.Wait(n); got != 5 || err != nil {
			t.Errorf("%v, %v", got, err)
		}
	})
}

// Agents and tasks are sent functions, and work.
func TestCopyOfAgentsAndTasks(t *testing.T) {
	coppicetest.RunWith(t, copied, func(t *testing.T, n *coppice.Node) {
		ref, err := agent.New(func() int { return 1 }).Start(n)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := agent.Get(n, ref, func(n int) int { return n }); got != 1 || err != nil {
			t.Errorf("%v, %v", got, err)
		}
		coppicetest.NewProbe(t, n).Do(func(p *coppice.Process) {
			work, err := task.Async(p, func(*coppice.Process) ([]int, error) { return []int{1, 2}, nil })
			if err != nil {
				t.Error(err)
				return
			}
			if got, err := work.Await(p); len(got) != 2 || err != nil {
				t.Errorf("%v, %v", got, err)
			}
		})
	})
}
