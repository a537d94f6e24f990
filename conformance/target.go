package conformance

import (
	"fmt"
	"strconv"
	"strings"
)

// A targetForm is a way to write a TARGET.
type targetForm int

const (
	byName       targetForm = iota // a, a#2, driver
	bySelf                         // self
	byRegistered                   // @name
	byEntry                        // reg:key
)

// A target names a process as a step does.
type target struct {
	form targetForm
	name string // of the process, the registered name, or the registry
	inc  int    // incarnation; 0 for the latest one
	key  Term   // of the entry
}

func parseTarget(text string) (target, error) {
	if text == "self" {
		return target{form: bySelf}, nil
	}
	if name, ok := strings.CutPrefix(text, "@"); ok {
		return target{form: byRegistered, name: name}, nil
	}
	if reg, key, ok := strings.Cut(text, ":"); ok {
		t, err := ParseTerm(key)
		return target{form: byEntry, name: reg, key: t}, err
	}
	name, inc, ok := strings.Cut(text, "#")
	if !ok {
		return target{name: name}, nil
	}
	n, err := strconv.Atoi(inc)
	if err != nil || !isNatural(inc) {
		return target{}, fmt.Errorf("bad target %s: %q is no incarnation", text, inc)
	}
	return target{name: name, inc: n}, nil
}

// definition is the name of the definition behind a target: partition i of w
// is the process w.i.
func definition(text string) string {
	if i := strings.IndexAny(text, "#:."); i >= 0 {
		return text[:i]
	}
	return text
}
