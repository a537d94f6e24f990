package control

import "net/http"

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
	Failed     Code = "failed"      // it was tried, and went wrong
)

// An Error is what the API answers where it cannot do what was asked.
type Error struct {
	Code    Code   `json:"code"`
	Message string `json:"message"`       // what happened, and why
	Try     string `json:"try,omitempty"` // what would be right
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
	}
	return http.StatusInternalServerError
}
