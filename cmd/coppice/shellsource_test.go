package main

import (
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// The shell tells what is not there from a node that is not there.
func TestKnownErrors(t *testing.T) {
	s := &shellSource{}
	missing := &control.Error{Code: control.NotFound, Message: "no process x", Try: "names lists them"}
	if err := s.known(fmt.Errorf("asked: %w", missing)); !errors.Is(err, inspect.ErrNotFound) || errors.Is(err, errUnreachable) || s.gone {
		t.Errorf("not found: %v", err)
	} else if got := new(control.Error); !errors.As(err, &got) || got.Try != missing.Try {
		t.Errorf("not found loses what to try: %v", err)
	}
	if err := s.known(fmt.Errorf("asked: %w", &net.OpError{Op: "dial", Err: errors.New("refused")})); !errors.Is(err, errUnreachable) || !s.gone {
		t.Errorf("unreachable: %v", err)
	}
	if err := s.known(nil); err != nil || s.gone {
		t.Errorf("nil: %v", err)
	}
	refused := &control.Error{Code: control.Forbidden, Message: "no actions"}
	if err := s.known(refused); !errors.Is(err, refused) || errors.Is(err, inspect.ErrNotFound) {
		t.Errorf("forbidden: %v", err)
	}
}
