package task

import (
	"errors"
	"fmt"
	"iter"
	"runtime"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// StreamOptions say how a stream works off its inputs. The zero value is right
// for most.
type StreamOptions struct {
	MaxConcurrency int           // how many tasks run at a time; GOMAXPROCS if 0
	Timeout        time.Duration // how long each may take; five seconds if 0, for ever if negative
	OnTimeout      OnTimeout     // what then
	Unordered      bool          // yield values as they come, and not in the order of the inputs

	// Supervisor is under which supervisor the tasks run. With NoLink they are
	// not linked with the stream, so that a failure is only an error of its own.
	Supervisor coppice.Addr
	NoLink     bool
	Options    []Option // for a supervised task: [Shutdown]
}

// An OnTimeout says what a stream does with a task that takes too long: it is
// killed in any case.
type OnTimeout uint8

const (
	EndStream OnTimeout = iota // and the stream ends with a *coppice.CallError
	KillTask                   // and yields an *ItemError with coppice.Timeout in its place
)

// An ItemError is why a stream has no value for one of its inputs.
type ItemError[I any] struct {
	Index  int   // of the input, from 0
	Input  I     //
	Reason error // the exit reason of the task, or coppice.Timeout
}

func (e *ItemError[I]) Error() string {
	return fmt.Sprintf("stream item %d: %v", e.Index, e.Reason)
}

// Unwrap returns the reason.
func (e *ItemError[I]) Unwrap() error { return e.Reason }

// Stream runs f on each input in a task of its own, no more than MaxConcurrency
// of them at a time, and yields what each returns. An input is taken only when
// it can be started, so there may be infinitely many. p is the owner, and has
// to range over the stream itself:
//
//	for page, err := range task.Stream(p, slices.Values(urls), fetch, task.StreamOptions{}) {
//
// A task that fails ends its owner, with which it is linked, and so the other
// tasks. If the owner traps exits, or with NoLink, its place in the stream has an
// *ItemError. The last pair may have another error, for the stream itself: a
// *coppice.CallError if a task took too long, or with what else ended the
// stream; one that is supervisor.ErrMaxChildren; or what is wrong with the
// options.
//
// When the loop ends, by whatever means, the tasks that still run are killed
// and have ended before it goes on. If the owner ends they end too, but those
// with NoLink. While the loop runs the owner's mailbox has messages of the
// stream, which it must not take. A stream has no effect until it is ranged
// over, and can be ranged over again. It answers to Task.async_stream/3,
// Task.Supervisor.async_stream/4 and async_stream_nolink/4.
func Stream[I, R any](p *coppice.Process, inputs iter.Seq[I], f func(*coppice.Process, I) (R, error), options StreamOptions) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		s := stream[I, R]{p: p.WithoutTimeout(), f: f, label: labelOf(f), options: options, yield: yield, items: make(map[int]*item[I])}
		err := s.start()
		if err == nil {
			err = s.run(inputs)
		}
		if err != nil && err != errStopped {
			var none R
			yield(none, err)
		}
	}
}

// A stream is the owner's side of a running stream; the other is a minder.
type stream[I, R any] struct {
	p         *coppice.Process
	f         func(*coppice.Process, I) (R, error)
	label     string
	options   StreamOptions
	yield     func(R, error) bool
	minder    coppice.PID
	ref       coppice.Ref // its messages
	gone      bool        // it has ended
	items     map[int]*item[I]
	running   int
	started   int
	delivered int
}

// An item is an input whose outcome has not been delivered.
type item[I any] struct {
	input I
	ended *itemEnded
}

// errStopped says that the loop over the stream has ended.
var errStopped = errors.New("task: the loop over the stream has ended")

func (s *stream[I, R]) start() (err error) {
	o := &s.options
	switch {
	case o.MaxConcurrency < 0:
		return fmt.Errorf("task.Stream: MaxConcurrency is %d: it must not be negative", o.MaxConcurrency)
	case o.Supervisor == nil && (o.NoLink || len(o.Options) > 0):
		return errors.New("task.Stream: NoLink and Options need a Supervisor")
	case o.MaxConcurrency == 0:
		o.MaxConcurrency = runtime.GOMAXPROCS(0)
	}
	if o.Timeout == 0 {
		o.Timeout = coppice.DefaultTimeout
	}
	s.minder, s.ref, err = startMinder(s.p, s.options)
	return err
}

// run goes over the inputs itself, and does not pull them out of a coroutine: so
// their code runs on the owner's own goroutine.
func (s *stream[I, R]) run(inputs iter.Seq[I]) error {
	defer s.close()
	for input := range inputs {
		if err := s.spawn(input); err != nil {
			return err
		}
		for s.running == s.options.MaxConcurrency {
			if err := s.deliver(); err != nil {
				return err
			}
		}
	}
	for s.delivered < s.started {
		if err := s.deliver(); err != nil {
			return err
		}
	}
	return nil
}

// spawn has the minder start the task for one input.
func (s *stream[I, R]) spawn(input I) error {
	_, err := coppice.Request(s.p, s.minder, startItem{index: s.started, label: s.label, run: func(q *coppice.Process) (any, error) {
		return s.f(q, input)
	}})
	if call, ok := err.(*coppice.CallError); ok { // the minder has ended
		return failed(call.Reason)
	}
	if err != nil {
		return fmt.Errorf("task.Stream: %w", err)
	}
	s.items[s.started] = &item[I]{input: input}
	s.started++
	s.running++
	return nil
}

// deliver waits for the end of one task and yields all that can be yielded
// then.
func (s *stream[I, R]) deliver() error {
	m, _ := s.receive()
	switch body := m.Body.(type) {
	case coppice.Down:
		s.gone = true
		return failed(body.Reason)
	case coppice.Aliased:
		ended := body.Body.(itemEnded)
		if ended.late && !ended.ok && s.options.OnTimeout == EndStream {
			return failed(coppice.Timeout)
		}
		s.running--
		s.items[ended.index].ended = &ended
		if s.options.Unordered {
			return s.hand(ended.index)
		}
		for next := s.items[s.delivered]; next != nil && next.ended != nil; next = s.items[s.delivered] {
			if err := s.hand(s.delivered); err != nil {
				return err
			}
		}
	}
	return nil
}

// receive waits for a message of the minder.
func (s *stream[I, R]) receive() (coppice.Message, bool) {
	minder := func(yield func(coppice.PID) bool) { yield(s.minder) }
	return s.p.ReceiveFrom(minder, func(m coppice.Message) bool { return refOf(m.Body) == s.ref }, -1)
}

// hand yields the outcome of one task.
func (s *stream[I, R]) hand(index int) error {
	done := s.items[index]
	delete(s.items, index)
	s.delivered++
	var value R
	var err error
	switch {
	case done.ended.ok:
		value, _ = done.ended.value.(R)
	case done.ended.late:
		err = &ItemError[I]{Index: index, Input: done.input, Reason: coppice.Timeout}
	default:
		err = &ItemError[I]{Index: index, Input: done.input, Reason: done.ended.reason}
	}
	if !s.yield(value, err) {
		return errStopped
	}
	return nil
}

// failed is why the stream ends before its inputs do.
func failed(reason error) error {
	return &coppice.CallError{To: "stream", Request: "task.Stream", Reason: reason}
}

// close ends what still runs, waits for that, and leaves no message behind.
func (s *stream[I, R]) close() {
	s.p.Checkpoint() // an owner that was told to end takes all with it, by the links
	if !s.gone {
		_ = coppice.Send(s.p, s.minder, stopItems{})
	}
	for !s.gone {
		m, _ := s.receive()
		_, s.gone = m.Body.(coppice.Down)
	}
	s.p.ReceiveMatch(func(m coppice.Message) bool {
		exited, ok := m.Body.(coppice.Exited)
		return ok && exited.PID == s.minder
	}, 0)
}
