package inspect

import (
	"fmt"
	"strings"

	"github.com/seed-7832d3a3/coppice"
)

// Find returns the living process that somebody means by a registered name or a
// PID, <0.12.0> or 0.12.0. The error wraps [ErrNotFound], and says which name is
// near.
func (v *View) Find(who string) (coppice.PID, error) {
	if pid := v.node.Whereis(who); !pid.IsZero() {
		return pid, nil
	}
	text := who
	if !strings.HasPrefix(text, "<") {
		text = "<" + text + ">"
	}
	if pid, err := v.node.ParsePID(text); err == nil && coppice.Alive(pid) {
		return pid, nil
	}
	return coppice.PID{}, v.notFound(who)
}

func (v *View) notFound(who string) error {
	if strings.HasPrefix(who, "<") {
		return notFoundf("process %s has ended, or never was", who)
	}
	var names []string
	for name := range v.node.Registered() {
		names = append(names, name)
	}
	return notFoundf("no process is registered as %q%s", who, meant(who, names))
}

func notFoundf(format string, args ...any) error { return &notFoundError{fmt.Sprintf(format, args...)} }

// A notFoundError wraps ErrNotFound without saying so twice.
type notFoundError struct{ text string }

func (e *notFoundError) Error() string { return e.text }

func (e *notFoundError) Unwrap() error { return ErrNotFound }
