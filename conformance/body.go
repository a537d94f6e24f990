package conformance

import (
	"slices"
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

// parseBody reads the actions of a task. What is wrong with one is known when it
// is its turn: it crashes the task.
func parseBody(text string) (actions []action) {
	for word := range strings.SplitSeq(text, ";") {
		actions = append(actions, parseAction(word))
	}
	return actions
}

func parseAction(word string) action {
	verb, arg, hasArg := strings.Cut(word, ":")
	a := action{verb: verb}
	bare := verb == "trap" || verb == "gate" || verb == "hang"
	var err error
	switch verb {
	case "value", "exit", "throw":
		if a.term, err = ParseTerm(arg); err != nil && hasArg {
			return action{verb: "crash", text: "Error"}
		}
	case "sleep":
		if a.ms, err = strconv.Atoi(arg); err != nil && hasArg {
			return action{verb: "crash", text: "badarg"}
		}
		if a.ms < 0 {
			return action{verb: "crash", text: "timeout_value"}
		}
	case "say", "crash":
		a.text = arg
	default:
		hasArg = !bare || hasArg
	}
	if hasArg == bare || !bare && !slices.Contains(words("value exit throw sleep say crash"), verb) {
		return action{verb: "crash", text: "unknown_action_" + word}
	}
	return a
}
