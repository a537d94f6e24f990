package faults

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// Reasons that are errors as no error should be.
type (
	typedNil  struct{ text string }
	endless   struct{ of int }
	unequal   []string
	untouched struct{}
)

func (e *typedNil) Error() string { return e.text }

func (e *endless) Error() string { return "it wraps itself" }
func (e *endless) Unwrap() error { return e }

func (e unequal) Error() string { return "it cannot be compared" }

func (untouched) Error() string { return "its methods panic" }
func (untouched) Unwrap() error { panic("Unwrap panics") }
func (untouched) Is(error) bool { panic("Is panics") }
func (untouched) As(any) bool   { panic("As panics") }
func (untouched) Timeout() bool { panic("Timeout panics") }
func (untouched) MarshalText() (b []byte, err error) {
	panic("MarshalText panics")
}

// twisted are faults of how panics, Goexit and reasons can be tangled.
var twisted = []fault{
	{name: "panic in a deferred function during a panic", strike: func(*fixture, *coppice.Process) error {
		defer func() { panic("another fault") }()
		panic("a fault")
	}},
	{name: "recover and panic again", strike: func(*fixture, *coppice.Process) error {
		defer func() { panic(recover()) }()
		panic("a fault")
	}},
	{name: "Goexit in a deferred function during a panic", strike: func(*fixture, *coppice.Process) error {
		defer runtime.Goexit()
		panic("a fault")
	}},
	{name: "panic in a deferred function during Goexit", strike: func(*fixture, *coppice.Process) error {
		defer func() { panic("a fault") }()
		runtime.Goexit()
		return nil
	}},
	{name: "exit in a deferred function during a panic", process: true, strike: func(_ *fixture, p *coppice.Process) error {
		defer p.Exit(errFault)
		panic("another fault")
	}},
	{name: "panic in a deferred function of its exit", process: true, strike: func(_ *fixture, p *coppice.Process) error {
		defer func() { panic("another fault") }()
		p.Exit(errFault)
		return nil
	}},
	{name: "return a nil pointer as an error", strike: func(*fixture, *coppice.Process) error { return (*typedNil)(nil) }},
	{name: "return a nil PanicError", strike: func(*fixture, *coppice.Process) error { return (*coppice.PanicError)(nil) }},
	{name: "return a nil ShutdownError", strike: func(*fixture, *coppice.Process) error { return (*coppice.ShutdownError)(nil) }},
	{name: "return a nil CallError", strike: func(*fixture, *coppice.Process) error { return (*coppice.CallError)(nil) }},
	{name: "return an error that wraps itself", strike: func(*fixture, *coppice.Process) error { return &endless{of: 1} }},
	{name: "return an error that cannot be compared", strike: func(*fixture, *coppice.Process) error { return unequal{"x"} }},
	{name: "return an error whose methods panic", strike: func(*fixture, *coppice.Process) error { return untouched{} }},
	{name: "return a Stop within a Stop", strike: func(*fixture, *coppice.Process) error {
		return genserver.Stop(genserver.Stop(fmt.Errorf("%w", genserver.StopNoReply(errors.Join()))))
	}},
	{name: "panic with a nil PanicError", strike: func(*fixture, *coppice.Process) error { panic((*coppice.PanicError)(nil)) }},
	{name: "panic with what cannot be compared", strike: func(*fixture, *coppice.Process) error { panic(unequal{"x"}) }},
}
