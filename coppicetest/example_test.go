package coppicetest_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/coppicetest"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A Cache keeps one word, and does not accept all of them.
type Cache struct{ word string }

type (
	Get  struct{ genserver.Returns[string] } // a call
	Save struct{ Word string }               // a cast
)

func newCache(*coppice.Process, genserver.None) (*Cache, error) { return &Cache{"empty"}, nil }

func (c *Cache) get(*coppice.Process, Get) (string, error) { return c.word, nil }

func (c *Cache) save(_ *coppice.Process, m Save) error {
	if m.Word == "" {
		panic("no word")
	}
	c.word = m.Word
	return nil
}

var caches = genserver.Define(newCache, genserver.OnCall((*Cache).get), genserver.OnCast((*Cache).save))

const cacheName = coppice.Name("cache")

var tree = supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{
	{ID: "cache", Start: caches.With(genserver.None{}, genserver.Name(cacheName))},
}})

// The examples are tests. Here theTest stands for the parameter of the test.
var theTest *testing.T

func TestExamples(t *testing.T) {
	for name, example := range map[string]func(){
		"Run": ExampleRun, "Probe": ExampleProbe, "Inject": ExampleInject, "Hang": ExampleHang, "RunWith": ExampleRunWith,
	} {
		t.Run(name, func(t *testing.T) {
			theTest = t
			example()
		})
	}
}

// A server crashes, as the test expects, and its supervisor starts it again.
func ExampleRun() {
	coppicetest.Run(theTest, func(t *testing.T, n *coppice.Node) {
		if _, err := tree.Start(n); err != nil {
			t.Fatal(err)
		}
		cache := coppicetest.Watch(t, n, cacheName)
		_ = genserver.Cast(n, cacheName, Save{"hola"})
		_ = genserver.Cast(n, cacheName, Save{""})

		coppicetest.ExpectCrash(t, n, coppicetest.Crash{Process: "cache", Text: "no word"})
		cache.Restarted(1)
		if word, err := genserver.Call(n, cacheName, Get{}); word != "empty" || err != nil {
			t.Errorf("got %q, %v", word, err)
		}
	})
}

// A probe stands for the process that a timer is to wake, and for the one that
// monitors a server.
func ExampleProbe() {
	coppicetest.Run(theTest, func(t *testing.T, n *coppice.Node) {
		probe := coppicetest.NewProbe(t, n)
		if _, err := coppice.SendAfter(n, probe, time.Minute, "tick"); err != nil {
			t.Fatal(err)
		}
		probe.NoneFor(59 * time.Second)
		probe.Expect("tick")

		ref, err := caches.Start(n, genserver.None{})
		if err != nil {
			t.Fatal(err)
		}
		probe.Do(func(p *coppice.Process) { _, _ = p.Monitor(ref) })
		_ = coppice.Stop(n, ref, nil)
		if down := coppicetest.Receive[coppice.Down](probe); down.PID != ref.PID() {
			t.Errorf("%v went down", down.PID)
		}
	})
}

// The second start of a server fails, as if its database were down, and the
// third does not.
func ExampleInject() {
	coppicetest.Run(theTest, func(t *testing.T, n *coppice.Node) {
		coppicetest.Inject(t, n, coppicetest.Fault{
			Process: "cache", At: coppicetest.AtInit, Nth: 2,
			Do: coppicetest.Fail(errors.New("no database")),
		})
		if _, err := tree.Start(n); err != nil {
			t.Fatal(err)
		}
		cache := coppicetest.Watch(t, n, cacheName)
		_ = coppice.Exit(n, cacheName, coppice.Kill)
		cache.Exited(coppice.Killed)
		cache.Restarted(1)
	})
}

// A server that hangs in a handler does not hold up the end of its supervisor:
// it is killed when its time is over.
func ExampleHang() {
	coppicetest.Run(theTest, func(t *testing.T, n *coppice.Node) {
		hang := coppicetest.Inject(t, n, coppicetest.Fault{
			Process: "cache", Message: reflect.TypeFor[Save](), Do: coppicetest.Hang(),
		})
		sup, err := tree.Start(n)
		if err != nil {
			t.Fatal(err)
		}
		cache := coppicetest.Watch(t, n, cacheName)
		_ = genserver.Cast(n, cacheName, Save{"hola"})
		coppicetest.Eventually(t, n, func() error {
			if hang.Fired() == 0 {
				return errors.New("it does not hang yet")
			}
			return nil
		})
		if err := supervisor.Stop(n, sup, coppice.Shutdown); err != nil {
			t.Error(err)
		}
		cache.Exited(coppice.Killed)
	})
}

// Every message is copied, so what the receiver does with it is its own affair.
func ExampleRunWith() {
	options := coppicetest.Options{
		Copy:  true,
		Share: []reflect.Type{reflect.TypeFor[chan int]()}, // messages may hold such channels
	}
	coppicetest.RunWith(theTest, options, func(t *testing.T, n *coppice.Node) {
		probe := coppicetest.NewProbe(t, n)
		words := []string{"a", "b"}
		_ = coppice.Send(n, probe, words)
		coppicetest.Receive[[]string](probe)[0] = "z"
		if words[0] != "a" {
			t.Error("the probe has changed the words of the test")
		}
	})
}
