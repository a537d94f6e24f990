package program

import (
	"fmt"
	"strings"
	"testing"
)

// What happens in each state at each event: the next state, as its phase and its
// signals, and what is done. Where nothing is said nothing happens.
const table = `
running 0   signalled stopping 1 stop   ctxEnded stopping 0 stop   topDone stopping 0 stop   topFailed stopping 0 stop
stopping 0  signalled stopping 1 hint   lookTime stopping 0 show   totalOver cut 0 cutIt     stopped over 0 leave
stopping 1  signalled stopping 2 show   lookTime stopping 1 show   totalOver cut 1 cutIt     stopped over 1 leave
stopping 2  signalled cut 3 cutIt       lookTime stopping 2 show   totalOver cut 2 cutIt     stopped over 2 leave
cut 0       signalled over 1 leave      stopped over 0 leave
cut 1       signalled over 2 leave      stopped over 1 leave
cut 2       signalled over 3 leave      stopped over 2 leave
cut 3       signalled over 3 leave      stopped over 3 leave
`

func (e event) String() string {
	return [...]string{"signalled", "ctxEnded", "topDone", "topFailed", "lookTime", "totalOver", "stopped"}[e]
}

func (p phase) String() string { return [...]string{"running", "stopping", "cut", "over"}[p] }

func (a action) String() string {
	return [...]string{"none", "hint", "stop", "show", "cutIt", "leave"}[a]
}

func TestNext(t *testing.T) {
	want := make(map[string]string) // "phase signals event" to "phase signals action"
	for line := range strings.Lines(strings.TrimSpace(table)) {
		words := strings.Fields(line)
		for at := 2; at < len(words); at += 4 {
			want[strings.Join(append(words[:2:2], words[at]), " ")] = strings.Join(words[at+1:at+4], " ")
		}
	}
	used := 0
	for p := range phases {
		for signals := range cutsAt + 1 {
			if p == running && signals > 0 || p == stopping && signals == cutsAt {
				continue // no way leads there, see TestEveryWay
			}
			for e := range events {
				s := state{p, signals}
				expected, listed := want[fmt.Sprint(p, signals, e)]
				if listed {
					used++
				} else {
					expected = fmt.Sprint(p, signals, none)
				}
				if now, do := s.next(e); fmt.Sprint(now.phase, now.signals, do) != expected {
					t.Errorf("%v %d at %v: got %v %d %v, want %s", p, signals, e, now.phase, now.signals, do, expected)
				}
			}
		}
	}
	if used != len(want) {
		t.Errorf("%d rows of the table, %d used", len(want), used)
	}
}

// Whatever happens, in whatever order: it is stopped once, cut off at most once
// and not before, left once and as the last thing; what has stopped is left, and
// the third signal ends the wait.
func TestEveryWay(t *testing.T) {
	type way struct {
		state
		stops, cuts, leaves int
	}
	seen := make(map[way]bool)
	var walk func(w way, path []event)
	walk = func(w way, path []event) {
		if seen[w] {
			return
		}
		seen[w] = true
		if w.phase == running && w.signals > 0 || w.phase == stopping && w.signals >= cutsAt {
			t.Errorf("%v: %v with %d signals", path, w.phase, w.signals)
		}
		for e := range events {
			now, do := w.next(e)
			next := way{now, w.stops, w.cuts, w.leaves}
			switch do {
			case stop:
				next.stops++
			case cutIt:
				next.cuts++
			case leave:
				next.leaves++
			}
			further := append(path[:len(path):len(path)], e)
			switch {
			case next.stops > 1 || next.cuts > 1 || next.leaves > 1:
				t.Errorf("%v: twice", further)
			case next.cuts > next.stops || next.leaves > next.stops:
				t.Errorf("%v: before it is stopped", further)
			case (now.phase == over) != (next.leaves == 1):
				t.Errorf("%v: over and left differ", further)
			case w.phase == over && do != none:
				t.Errorf("%v: something is done after the end", further)
			case e == stopped && w.stops == 1 && now.phase != over:
				t.Errorf("%v: it has stopped and is not left", further)
			case now.signals == cutsAt && now.phase != cut && now.phase != over:
				t.Errorf("%v: three signals and it goes on", further)
			}
			walk(next, further)
		}
	}
	walk(way{}, nil)
	if len(seen) < 10 {
		t.Errorf("only %d states were reached", len(seen))
	}
}
