package sys

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-7832d3a3/coppice"
)

// ErrNotReplaceable is what Replace returns if the definition of the server
// does not allow it.
var ErrNotReplaceable = errors.New("sys: the definition of this server does not let its state be replaced")

// ErrNoStatistics is what Statistics returns where they are not collected.
var ErrNoStatistics = errors.New("sys: this server does not collect statistics")

// A request is what the functions of this package send. It is carried out by
// the Control of the server, on the server's own goroutine.
type request func(c *Control, p *coppice.Process, s subject) (any, error)

// A subject is the server that a request is about.
type subject struct {
	state any
	set   func(any)
}

// String keeps the type of a function out of errors.
func (request) String() string { return "sys request" }

// ask sends a request. Where there is no reply, R is its zero value.
func ask[R any](ctx context.Context, to coppice.Addr, r request) (R, error) {
	value, err := coppice.RequestSystem(ctx, to, r)
	reply, _ := value.(R)
	return reply, err
}

// State returns what a server shows of its state, as [View] makes it. If what
// the state has for that panics the error is a *coppice.PanicError, and the server
// lives. It answers to sys:get_state/1.
func State(ctx context.Context, to coppice.Addr) (any, error) {
	return ask[any](ctx, to, func(_ *Control, _ *coppice.Process, s subject) (any, error) {
		return s.view()
	})
}

// view is View of the state: who looks must not end the server.
func (s subject) view() (view any, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &coppice.PanicError{Value: v}
		}
	}()
	return View(s.state), nil
}

// Replace has a server go on with what f makes of its state, and waits until it
// does. S is the type of the state, as in the definition of the server, which
// has to allow it: otherwise the error is [ErrNotReplaceable]. f runs in the
// server; if it panics the error is a *coppice.PanicError, the state stays and
// the server lives. f may keep what it is given no longer than it runs. It
// answers to sys:replace_state/2, and is for repairs by hand, and for tests.
func Replace[S any](ctx context.Context, to coppice.Addr, f func(S) S) error {
	_, err := ask[any](ctx, to, func(_ *Control, _ *coppice.Process, s subject) (_ any, err error) {
		if s.set == nil {
			return nil, ErrNotReplaceable
		}
		old, ok := s.state.(S)
		if !ok {
			return nil, fmt.Errorf("sys: the state is a %T and not a %T", s.state, old)
		}
		defer func() {
			if v := recover(); v != nil {
				err = &coppice.PanicError{Value: v}
			}
		}()
		s.set(f(old))
		return nil, nil
	})
	return err
}

// Suspend stops a server until [Resume]: it handles only system requests (those
// of this package, and coppice.Stop), and the exit of its parent if it traps
// exits. All else waits in its mailbox, calls too, in their order. A server
// that is suspended already stays so. It answers to sys:suspend/1.
func Suspend(ctx context.Context, to coppice.Addr) error {
	_, err := ask[any](ctx, to, func(c *Control, _ *coppice.Process, _ subject) (any, error) {
		c.suspended = true
		return nil, nil
	})
	return err
}

// Resume lets a suspended server go on. It answers to sys:resume/1.
func Resume(ctx context.Context, to coppice.Addr) error {
	_, err := ask[any](ctx, to, func(c *Control, _ *coppice.Process, _ subject) (any, error) {
		c.suspended = false
		return nil, nil
	})
	return err
}

// A ServerStatus is what [Status] tells.
type ServerStatus struct {
	PID        coppice.PID
	Name       string // registered name, or ""
	Behaviour  string // what it runs
	Parent     coppice.PID
	State      any // as [State] returns it
	Suspended  bool
	Traces     int    // how many Trace it
	Mailbox    int    // messages that wait
	Statistics *Stats // nil if they are not collected
}

// Status tells how a server is. It answers to sys:get_status/1.
func Status(ctx context.Context, to coppice.Addr) (ServerStatus, error) {
	return ask[ServerStatus](ctx, to, func(c *Control, p *coppice.Process, s subject) (any, error) {
		view, err := s.view()
		if err != nil {
			return nil, err
		}
		info, _ := coppice.Lookup(p.Self())
		status := ServerStatus{
			PID:       info.PID,
			Name:      info.Name,
			Behaviour: info.Label,
			Parent:    info.Parent,
			State:     view,
			Suspended: c.suspended,
			Traces:    len(c.traces),
			Mailbox:   p.MailboxLen(),
		}
		if c.stats != nil {
			stats := c.stats.now()
			status.Statistics = &stats
		}
		return status, nil
	})
}

// Collect has a server collect statistics, from now on, or stop doing so. It
// answers to sys:statistics/2 with true and false.
func Collect(ctx context.Context, to coppice.Addr, on bool) error {
	_, err := ask[any](ctx, to, func(c *Control, _ *coppice.Process, _ subject) (any, error) {
		c.collect(on)
		return nil, nil
	})
	return err
}

// Statistics returns what a server has collected since [Collect], or
// [ErrNoStatistics]. It answers to sys:statistics/2 with get.
func Statistics(ctx context.Context, to coppice.Addr) (Stats, error) {
	return ask[Stats](ctx, to, func(c *Control, _ *coppice.Process, _ subject) (any, error) {
		if c.stats == nil {
			return nil, ErrNoStatistics
		}
		return c.stats.now(), nil
	})
}
