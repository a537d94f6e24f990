package coppice_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

var errBefore = errors.New("before")

// What Before returns stands for what the process itself would have.
func TestBefore(t *testing.T) {
	var at string // where to fail
	fail := func(here string) error {
		if here == at {
			return errBefore
		}
		return nil
	}
	before := &server{
		init:      func(*coppice.Process) error { return fail("init") },
		handle:    func(*coppice.Process, coppice.Message) error { return fail("handle") },
		terminate: func(*coppice.Process, error) error { return fail("terminate") },
	}
	for _, test := range []struct {
		at, calls string
	}{
		{"", "init handle terminate"},
		{"init", ""},
		{"handle", "init terminate"},
		{"terminate", "init handle"},
	} {
		at = test.at
		var calls string
		add := func(s string) {
			if calls != "" {
				calls += " "
			}
			calls += s
		}
		bubbleWith(t, coppice.Options{Before: before}, func(t *testing.T, n *coppice.Node) {
			pid, _, err := coppice.StartProcess(n, coppice.Spec{Behaviour: &server{
				init:      func(*coppice.Process) error { add("init"); return nil },
				handle:    func(*coppice.Process, coppice.Message) error { add("handle"); return errors.New("own") },
				terminate: func(*coppice.Process, error) error { add("terminate"); return nil },
			}})
			if (err == errBefore) != (at == "init") {
				t.Errorf("at %q: start %v", at, err)
			}
			if err != nil {
				return
			}
			_ = coppice.Send(n, pid, "go")
			if reason := endOf(t, n, pid); (reason == errBefore) != (at != "") {
				t.Errorf("at %q: ended with %v", at, reason)
			}
		})
		if calls != test.calls {
			t.Errorf("at %q: called %q, want %q", test.at, calls, test.calls)
		}
		if test.at == "init" {
			bubbleWith(t, coppice.Options{Before: before}, func(t *testing.T, n *coppice.Node) {
				ran := false
				reason := within(t, n, func(*coppice.Process) error { ran = true; return nil })
				if ran || reason != errBefore {
					t.Errorf("the body ran: %v; ended with %v", ran, reason)
				}
			})
		}
	}
}

// OnSend sees what is sent and replied, whichever way, and no signals.
func TestOnSend(t *testing.T) {
	var mu sync.Mutex
	var seen []any
	onSend := func(body any) any {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, body)
		return body.(string) + "'"
	}
	bubbleWith(t, coppice.Options{OnSend: onSend}, func(t *testing.T, n *coppice.Node) {
		reason := within(t, n, func(p *coppice.Process) error {
			pid := start(p, nil)
			ref := must(p.MonitorAlias(pid, false))
			_ = coppice.Send(p, p.Self(), "send")
			_ = coppice.Cast(p, p.Self(), "cast")
			_ = coppice.Send(p, ref, "alias")
			must(coppice.SendAfter(p, p.Self(), time.Second, "timer"))
			for _, want := range []string{"send'", "cast'", "alias'", "timer'"} {
				m := p.Receive()
				if a, ok := m.Body.(coppice.Aliased); ok {
					m.Body = a.Body
				}
				if m.Body != want {
					t.Errorf("received %v, want %v", m.Body, want)
				}
			}
			_ = coppice.Exit(p, pid, coppice.Kill)
			if reason := down(p, ref); reason != coppice.Killed {
				t.Errorf("down: %v", reason)
			}
			return nil
		})
		if reason != coppice.Normal {
			t.Error(reason)
		}
		echo := must(coppice.Spawn(n, func(p *coppice.Process) error {
			m := p.Receive()
			m.From().Reply(m.Body, nil)
			return nil
		}))
		if v, err := coppice.Request(n, echo, "call"); v != "call''" || err != nil {
			t.Errorf("reply %v, %v", v, err)
		}
	})
	if want := []any{"send", "cast", "alias", "timer", "call", "call'"}; !slices.Equal(seen, want) {
		t.Errorf("seen %v, want %v", seen, want)
	}
}
