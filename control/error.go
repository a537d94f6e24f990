package control

import (
	"context"
	"errors"
	"net/http"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/inspect"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A Code says what kind of trouble an [Error] is.
type Code string

// The kinds of trouble.
const (
	NotFound   Code = "not_found"   // there is no such process, child or path
	BadRequest Code = "bad_request" // what was asked makes no sense
	Forbidden  Code = "forbidden"   // the program does not allow it
	Refused    Code = "refused"     // the process does not accept it
	Conflict   Code = "conflict"    // not as things are: it runs already
	TimedOut   Code = "timeout"     // there was no answer in time
	Busy       Code = "busy"        // too many ask at the same time
	Failed     Code = "failed"      // it was tried, and went wrong
)

// An Error is what the API answers where it cannot do what was asked.
type Error struct {
	Code    Code   `json:"code"`
	Message string `json:"message"`        // what happened, and why
	Try     string `json:"try,omitempty"`  // what would be right
	Path    string `json:"path,omitempty"` // which part of a message or argument it is about: Items[1].Qty
}

func (e *Error) Error() string {
	if e.Try == "" {
		return e.Message
	}
	return e.Message + "; " + e.Try
}

func (e *Error) status() int {
	switch e.Code {
	case NotFound:
		return http.StatusNotFound
	case BadRequest:
		return http.StatusBadRequest
	case Forbidden:
		return http.StatusForbidden
	case Refused:
		return http.StatusUnprocessableEntity
	case Conflict:
		return http.StatusConflict
	case TimedOut:
		return http.StatusGatewayTimeout
	case Busy:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// errorOf says in the terms of the API what went wrong.
func errorOf(err error) *Error {
	var known *Error
	var bad *inspect.BadError
	var refused *inspect.RefusedError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &refused):
		return &Error{Code: Refused, Message: refused.What, Try: refused.Try}
	case errors.As(err, &bad):
		return &Error{Code: BadRequest, Message: bad.What, Try: bad.Try, Path: bad.Path}
	}
	return &Error{Code: codeOf(err), Message: err.Error()}
}

// codeOf is the code for what the library answers.
func codeOf(err error) Code {
	is := func(all ...error) bool {
		for _, target := range all {
			if errors.Is(err, target) {
				return true
			}
		}
		return false
	}
	var notAccepted *genserver.NotAcceptedError
	var running *coppice.AlreadyStartedError
	switch {
	case is(inspect.ErrNotFound, coppice.ErrNoName, coppice.NoProc, supervisor.ErrNotFound):
		return NotFound
	case is(supervisor.ErrRunning, supervisor.ErrRestarting, supervisor.ErrAlreadyPresent, supervisor.ErrMaxChildren) ||
		errors.As(err, &running):
		return Conflict
	case is(supervisor.ErrSimpleOneForOne, coppice.ErrNotSystem) || errors.As(err, &notAccepted):
		return Refused
	case is(coppice.Timeout, context.DeadlineExceeded):
		return TimedOut
	}
	return Failed
}
