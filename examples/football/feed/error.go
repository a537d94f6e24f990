package feed

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// Error says what is wrong with a file, and where.
type Error struct {
	// File is the name of the file.
	File string
	// Line and Column count from 1 and tell where the file stops to be JSON.
	// They are 0 for other errors.
	Line, Column int
	// Match tells the match, such as "match 12 (Oak v Elm, 2022-11-25)". It is
	// empty if the error is not inside of a match.
	Match string
	// Field is the path of the field, such as "goals1[0].minute". It is empty
	// if the error is not about a field.
	Field string
	// What says what is wrong.
	What string
	// Err is the cause, or nil.
	Err error
}

// Error returns the place and the problem in one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", e.Line, e.Column)
	}
	for _, part := range []string{e.Match, e.Field, e.What} {
		if part != "" {
			b.WriteString(": ")
			b.WriteString(part)
		}
	}
	return b.String()
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.Err }

// unreadable is the error for a file that cannot be read. It takes the reason
// out of a path error, whose text would repeat the name of the file.
func unreadable(file string, err error) *Error {
	what := err
	var path *fs.PathError
	if errors.As(err, &path) {
		what = path.Err
	}
	return &Error{File: file, What: "cannot be read: " + what.Error(), Err: err}
}
