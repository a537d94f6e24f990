package genserver_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// refusal returns the text of the *NotAcceptedError that err has to be.
func refusal(t *testing.T, err error) string {
	t.Helper()
	var refused *genserver.NotAcceptedError
	if !errors.As(err, &refused) {
		t.Errorf("%v is no *NotAcceptedError", err)
		return ""
	}
	return refused.Error()
}

type stranger struct{ genserver.Returns[int] }

func TestUnknownCall(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(nil)
		for message, want := range map[genserver.Request[int]]string{
			stranger{}: "genserver_test.lab does not accept the call genserver_test.stranger; " +
				"it accepts: genserver_test.ask, genserver_test.defers",
			&ask{}: "genserver_test.lab does not accept the call *genserver_test.ask " +
				"(send the value genserver_test.ask, not a pointer to it); it accepts: genserver_test.ask, genserver_test.defers",
		} {
			_, err := genserver.Call(w.Node, ref, message)
			if got := refusal(t, err); got != want {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		}
		_, err := coppice.Request(w.Node, ref, tell{})
		if got := refusal(t, err); !strings.Contains(got, "(it has a handler for it as cast)") {
			t.Errorf("a cast that is called: %q", got)
		}
		_, err = coppice.Request(w.Node, ref, nil)
		if got := refusal(t, err); !strings.Contains(got, "the call <nil>") {
			t.Errorf("nil: %q", got)
		}
		w.notes(ref)
	})
}

func TestUnknownCast(t *testing.T) {
	for want, message := range map[string]any{
		"the cast genserver_test.stranger; it accepts: genserver_test.tell": stranger{},
		"(it has a handler for it as call)":                                 returns(1),
		"(send the value genserver_test.tell, not a pointer to it)":         &tell{},
		"the cast <nil>": nil,
	} {
		bubble(t, func(t *testing.T, w *world) {
			told := make(chan error, 1)
			ref := w.start(recordEnd(told))
			ended := w.watch(ref)
			_ = genserver.Cast(w.Node, ref, message)
			if got := refusal(t, <-ended); !strings.Contains(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
			refusal(t, <-told)
		})
	}
}

func TestUnknownInfoIsLogged(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(nil, genserver.Name(coppice.Name("my-lab")))
		_ = coppice.Send(w.Node, ref, 42)
		w.notes(ref)
		for _, want := range []string{
			"level=WARN", "does not accept the info int", "name=my-lab", "server=genserver_test.lab", "message_type=int",
		} {
			if got := w.logged(); !strings.Contains(got, want) {
				t.Errorf("the log has no %q: %s", want, got)
			}
		}
	})
}

func TestSystemRequestIsRefused(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(nil)
		if _, err := coppice.RequestSystem(w.Node, ref, "state"); err != coppice.ErrNotSystem {
			t.Errorf("%v, want ErrNotSystem", err)
		}
		w.notes(ref)
	})
}

// A host takes every message, each by its own handler or a catch-all.
type host struct{ notes []string }

type (
	named   struct{ genserver.Returns[string] }
	unnamed struct{ genserver.Returns[string] }
)

func (unnamed) String() string { return "unnamed" }

func newHost(*coppice.Process, genserver.None) (*host, error) { return &host{}, nil }

func (h *host) note(how string, m any) { h.notes = append(h.notes, fmt.Sprintf("%s %T", how, m)) }

var hosts = genserver.Define(newHost,
	genserver.OnCall(func(h *host, _ *coppice.Process, m genserver.Request[string]) (string, error) {
		h.note("any call", m)
		return strings.Join(h.notes, ", "), nil
	}),
	genserver.OnCall(func(h *host, _ *coppice.Process, m named) (string, error) { h.note("named", m); return "", nil }),
	genserver.OnCast(func(h *host, _ *coppice.Process, m fmt.Stringer) error { h.note("stringer", m); return nil }),
	genserver.OnCast(func(h *host, _ *coppice.Process, m any) error { h.note("any cast", m); return nil }),
	genserver.OnInfo(func(h *host, _ *coppice.Process, m any) error { h.note("any info", m); return nil }),
	genserver.OnInfo(func(h *host, _ *coppice.Process, m coppice.Down) error { h.note("down", m); return nil }),
	genserver.OnContinue(func(h *host, _ *coppice.Process, m any) error { h.note("any continue", m); return nil }),
	genserver.OnCast(func(_ *host, p *coppice.Process, _ named) error { genserver.Continue(p, 1); return nil }),
)

func TestCatchAll(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref, err := hosts.Start(w.Node, genserver.None{})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = genserver.Call(w.Node, ref, named{})
		for _, m := range []any{named{}, unnamed{}, 1} {
			_ = genserver.Cast(w.Node, ref, m)
		}
		_ = coppice.Send(w.Node, ref, 1)
		_ = coppice.Send(w.Node, ref, coppice.Down{})
		got, err := genserver.Call(w.Node, ref, unnamed{})
		want := "named genserver_test.named, any continue int, stringer genserver_test.unnamed, any cast int, " +
			"any info int, down coppice.Down, any call genserver_test.unnamed"
		if got != want || err != nil {
			t.Errorf("got  %v, %v\nwant %v", got, err, want)
		}
	})
}

func TestDefinePanics(t *testing.T) {
	cast := genserver.OnCast(func(*host, *coppice.Process, int) error { return nil })
	info := genserver.OnInfo(func(*host, *coppice.Process, int) error { return nil })
	call := genserver.OnCall(func(*host, *coppice.Process, named) (string, error) { return "", nil })
	late := genserver.OnCallLater(func(*host, *coppice.Process, named, genserver.Reply[string]) error { return nil })
	end := genserver.OnTerminate(func(*host, *coppice.Process, error) error { return nil })
	genserver.Define(newHost, cast, info, call, end) // of each one
	for want, handlers := range map[string][]genserver.Handler[*host]{
		"two handlers for the cast int":                  {cast, info, cast},
		"two handlers for the call genserver_test.named": {call, late},
		"two handlers for its end":                       {end, end},
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); got != "genserver: genserver_test.host has "+want {
					t.Errorf("it panics with %q, want %q", got, want)
				}
			}()
			genserver.Define(newHost, handlers...)
		}()
	}
}
