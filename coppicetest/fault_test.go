package coppicetest_test

import (
	"errors"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/coppicetest"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

var errFault = errors.New("fault")

// effects are all that end a process, with the reasons that they end it with.
var effects = []struct {
	name   string
	do     coppicetest.Effect
	reason error
}{
	{"fail", coppicetest.Fail(errFault), errFault},
	{"panic", coppicetest.Panic(errFault), errFault},
	{"exit", coppicetest.Exit(errFault), errFault},
	{"goexit", coppicetest.Goexit(), coppice.Goexit},
}

func TestFaultAtInit(t *testing.T) {
	for _, e := range effects {
		t.Run(e.name, func(t *testing.T) {
			coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
				f := coppicetest.Inject(t, n, coppicetest.Fault{At: coppicetest.AtInit, Process: "cell", Nth: 2, Do: e.do})
				startTree(t, n)
				w := coppicetest.Watch(t, n, cell)
				_ = coppice.Exit(n, cell, coppice.Kill)
				w.Restarted(1) // the second start fails, the third does not
				if f.Fired() != 1 {
					t.Errorf("it struck %d times", f.Fired())
				}
			})
		})
	}
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		coppicetest.Inject(t, n, coppicetest.Fault{At: coppicetest.AtInit, Do: coppicetest.Fail(errFault)})
		if _, err := cells.Start(n, 1); err != errFault {
			t.Errorf("start: %v", err)
		}
	})
}

func TestFaultAtHandle(t *testing.T) {
	for _, e := range effects {
		t.Run(e.name, func(t *testing.T) {
			coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
				startTree(t, n)
				w := coppicetest.Watch(t, n, cell)
				coppicetest.Inject(t, n, coppicetest.Fault{
					Process: "coppicetest_test.Cell", Message: reflect.TypeFor[Add](), Nth: 2, Do: e.do,
				})
				_ = genserver.Cast(n, cell, Add{1})
				if got, err := genserver.Call(n, cell, Read{}); got != 8 || err != nil {
					t.Errorf("%v, %v", got, err)
				}
				_ = genserver.Cast(n, cell, Add{1})
				w.Exited(e.reason)
				w.Restarted(1)
				_ = genserver.Cast(n, cell, Add{1}) // once, over all incarnations
				if got, err := genserver.Call(n, cell, Read{}); got != 8 || err != nil {
					t.Errorf("%v, %v", got, err)
				}
			})
		})
	}
}

func TestFaultAtTerminate(t *testing.T) {
	for _, e := range effects {
		t.Run(e.name, func(t *testing.T) {
			coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
				ref, err := cells.Start(n, 1)
				if err != nil {
					t.Fatal(err)
				}
				coppicetest.Inject(t, n, coppicetest.Fault{At: coppicetest.AtTerminate, Process: ref.String(), Do: e.do})
				_ = coppice.Stop(n, ref, nil)
				coppicetest.Exited(t, n, ref.PID(), e.reason)
			})
		})
	}
}

// A process that hangs is killed when its time is over, and is a zombie until
// the end of the test.
func TestHang(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		startTree(t, n)
		hung := coppicetest.Inject(t, n, coppicetest.Fault{Process: "cell", Message: reflect.TypeFor[Add](), Do: coppicetest.Hang()})
		pid := coppice.Whereis(n, cell)
		_ = genserver.Cast(n, cell, Add{1})
		synctest.Wait()
		began := time.Now()
		if err := supervisor.TerminateChild(n, top, "c"); err != nil || hung.Fired() != 1 {
			t.Errorf("%v, struck %d times", err, hung.Fired())
		}
		if passed := time.Since(began); passed != 5*time.Second {
			t.Errorf("it took %v", passed)
		}
		coppicetest.Exited(t, n, pid, coppice.Killed)
		coppicetest.ExpectZombie(t, n, "cell")
	})
	// One that nobody kills just goes on its way.
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		startTree(t, n)
		coppicetest.Inject(t, n, coppicetest.Fault{Process: "cell", Do: coppicetest.Hang()})
		_ = genserver.Cast(n, cell, Add{1})
		synctest.Wait()
	})
}

func TestDelay(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		coppicetest.Inject(t, n, coppicetest.Fault{At: coppicetest.AtInit, Process: "cell", Do: coppicetest.Delay(time.Hour)})
		began := time.Now()
		startTree(t, n)
		if passed := time.Since(began); passed != time.Hour {
			t.Errorf("it took %v", passed)
		}
		coppicetest.Inject(t, n, coppicetest.Fault{Process: "cell", Times: -1, Do: coppicetest.Delay(6 * time.Second)})
		if _, err := genserver.Call(n, cell, Read{}); !errors.Is(err, coppice.Timeout) {
			t.Errorf("call: %v", err)
		}
	})
}

func TestFaultFails(t *testing.T) {
	add := reflect.TypeFor[Add]()
	for _, test := range []struct {
		name    string
		fault   coppicetest.Fault
		failure []string
	}{
		{"never met", coppicetest.Fault{Message: add, Nth: 3, Do: coppicetest.Goexit()}, []string{"never struck: handle of coppicetest_test.Add number 3 of any process"}},
		{"no effect", coppicetest.Fault{}, []string{"it has no Do"}},
		{"message at init", coppicetest.Fault{At: coppicetest.AtInit, Message: add, Do: coppicetest.Goexit()}, []string{"a Message is for AtHandle only"}},
		{"at nothing", coppicetest.Fault{At: 9, Do: coppicetest.Goexit()}, []string{"Callback(9)"}},
		{"negative", coppicetest.Fault{Nth: -1, Do: coppicetest.Goexit()}, []string{"the Nth -1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := record(t, coppicetest.Options{}, func(t testing.TB, n *coppice.Node) { coppicetest.Inject(t, n, test.fault) })
			wantFailures(t, r, test.failure...)
		})
	}
	// One that was removed need not have struck, and does not.
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		startTree(t, n)
		coppicetest.Inject(t, n, coppicetest.Fault{Do: coppicetest.Panic("boom")}).Remove()
		if _, err := genserver.Call(n, cell, Read{}); err != nil {
			t.Error(err)
		}
	})
}
