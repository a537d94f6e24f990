package conformance

import (
	"fmt"
	"strconv"
	"strings"
)

// An action is one thing that a task does.
type action struct {
	verb string // value sleep say crash exit throw trap gate hang
	term Term   // of value, exit and throw
	ms   int    // of sleep
	text string // of say and crash
}

// parseBody reads the actions of a task.
func parseBody(text string) ([]action, error) {
	var actions []action
	for word := range strings.SplitSeq(text, ";") {
		a, err := parseAction(word)
		if err != nil {
			return nil, err
		}
		actions = append(actions, a)
	}
	return actions, nil
}

func parseAction(word string) (action, error) {
	verb, arg, hasArg := strings.Cut(word, ":")
	a := action{verb: verb}
	bare := false
	var err error
	switch verb {
	case "value", "exit", "throw":
		if hasArg {
			a.term, err = ParseTerm(arg)
		}
	case "sleep":
		a.ms, err = strconv.Atoi(arg)
		if hasArg && (err != nil || !isNatural(arg)) {
			err = fmt.Errorf("sleep: %s is not a number", arg)
		} else {
			err = nil
		}
	case "say", "crash":
		a.text = arg
	case "trap", "gate", "hang":
		bare = true
	default:
		return a, fmt.Errorf("a task has no action %q", word)
	}
	if hasArg == bare {
		return a, fmt.Errorf("a task has no action %q", word)
	}
	return a, err
}
