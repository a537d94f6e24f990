package inspect

import (
	"strconv"
	"strings"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A CompleteQuery says what has been typed of a process.
type CompleteQuery struct {
	Word        string // the beginning of a name or a PID, in any case
	Supervisors bool   // only these
	Of          string // the name or PID of a supervisor: its children, by their ids too, as they come
	Limit       int    // 200 if 0
}

// A Match is a process that could be meant.
type Match struct {
	PID    string `json:"pid,omitempty"` // none: a child without a process
	Name   string `json:"name,omitempty"`
	ID     string `json:"id,omitempty"` // with CompleteQuery.Of
	Label  string `json:"label,omitempty"`
	Status string `json:"status"`
}

// Complete returns the processes that a word could become: first by their names,
// in the order of these, then by their PIDs; with no word those that have a name
// are not there twice. However many processes there are it takes but a moment, as
// nothing is asked of those that do not match. The error wraps [ErrNotFound].
func (v *View) Complete(q CompleteQuery) ([]Match, error) {
	if q.Limit <= 0 {
		q.Limit = 200
	}
	if q.Of != "" {
		return v.completeChild(q)
	}
	matches := v.named(q)
	digits, ok := likePID(q.Word)
	if !ok {
		return matches, nil
	}
	text := make([]byte, 0, 32)
	for pid := range v.node.List() {
		if len(matches) >= q.Limit {
			break
		}
		if text = appendPID(text[:0], pid); !strings.HasPrefix(string(text), digits) {
			continue
		}
		if m, ok := matchOf(pid, q); ok && (digits != "" || m.Name == "") {
			matches = append(matches, m)
		}
	}
	return matches, nil
}

// likePID reports whether a PID can begin with a word, and returns it without
// the bracket.
func likePID(word string) (digits string, ok bool) {
	digits = strings.TrimPrefix(word, "<")
	return digits, strings.Trim(digits, "0123456789.>") == ""
}

// appendPID appends the text of a PID without its brackets' first one.
func appendPID(text []byte, pid coppice.PID) []byte {
	place, used := pid.Numbers()
	text = strconv.AppendUint(append(text, "0."...), uint64(place), 10)
	text = strconv.AppendUint(append(text, '.'), uint64(used), 10)
	return append(text, '>')
}

// named returns the first processes whose names begin with the word.
func (v *View) named(q CompleteQuery) []Match {
	all := func(yield func(holder) bool) {
		for name, pid := range v.node.Registered() {
			if begins(name, q.Word) && !(q.Supervisors && !supervises(pid)) && !yield(holder{name, pid}) {
				return
			}
		}
	}
	first := lowest(all, q.Limit, holder.compare)
	matches := []Match{}
	for _, n := range first {
		if m, ok := matchOf(n.pid, q); ok {
			m.Name = n.name
			matches = append(matches, m)
		}
	}
	return matches
}

// begins reports whether a text begins with a word, in any case.
func begins(text, word string) bool {
	return len(text) >= len(word) && strings.EqualFold(text[:len(word)], word)
}

func supervises(pid coppice.PID) bool {
	_, ok := supervisor.ViewOf(pid)
	return ok
}

// matchOf describes a process, and reports false for one that has ended or is
// not wanted.
func matchOf(pid coppice.PID, q CompleteQuery) (Match, bool) {
	if q.Supervisors && !supervises(pid) {
		return Match{}, false
	}
	stats, ok := coppice.StatsOf(pid)
	return Match{PID: pid.String(), Name: stats.Name, Label: coppice.LabelOf(pid), Status: stats.Status.String()}, ok
}

// completeChild is Complete for the children of a supervisor.
func (v *View) completeChild(q CompleteQuery) ([]Match, error) {
	pid, err := v.Find(q.Of)
	if err != nil {
		return nil, err
	}
	matches := []Match{}
	digits, byPID := likePID(q.Word)
	text := make([]byte, 0, 32)
	for child := range coppice.Children(pid) {
		if len(matches) == q.Limit {
			return matches, nil
		}
		view, _ := supervisor.ChildViewOf(pid, child)
		stats, _ := coppice.StatsOf(child)
		if byPID {
			text = appendPID(text[:0], child)
		}
		if !begins(view.Spec.ID, q.Word) && !begins(stats.Name, q.Word) && !(byPID && strings.HasPrefix(string(text), digits)) {
			continue
		}
		if m, ok := matchOf(child, q); ok {
			m.ID = view.Spec.ID
			matches = append(matches, m)
		}
	}
	view, _ := supervisor.ViewOf(pid)
	for _, child := range view.Absent {
		if len(matches) < q.Limit && child.Spec.ID != "" && begins(child.Spec.ID, q.Word) {
			matches = append(matches, Match{ID: child.Spec.ID, Status: absentStatus(&child)})
		}
	}
	return matches, nil
}
