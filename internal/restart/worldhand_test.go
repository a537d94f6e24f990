package restart

import (
	"slices"
	"strings"
)

// boot starts the supervisor with these children, or fails to.
func (w *world) boot(children []Child) {
	w.event = "init"
	for _, c := range children {
		w.kids = append(w.kids, kid{Child: c})
		w.must(w.cs.Add(c) == Absent, answersTrue, Plan{})
	}
	p := w.cs.Init()
	w.must(len(p.Start) == len(children) && short(p) == "+"+strings.Join(p.Start, " +") || p.Start == nil, wholeRun, p)
	for _, id := range p.Start {
		if w.start(id, p) == fails {
			w.shutdown()
			return
		}
	}
	w.check(p)
}

func (w *world) shutdown() {
	w.event = "shutdown"
	p := w.cs.Shutdown()
	w.must(p.Exit && !p.Exceeded && p.Drop == nil, noneOutlives, p)
	w.carryOut(p)
}

// status is what the supervisor should answer of a child.
func (w *world) status(id string) Status {
	i := w.at(id)
	switch {
	case i < 0:
		return Absent
	case w.kids[i].alive:
		return Running
	case w.kids[i].retrying:
		return Retrying
	}
	return Down
}

func (w *world) terminate(id string) {
	w.event = "terminate " + id
	want := w.status(id)
	p, was := w.cs.Terminate(id)
	w.must(was == want, answersTrue, p)
	w.must(p.Start == nil && !p.Exit, byHandTouchOne, p)
	if was == Absent {
		w.must(short(p) == "", byHandTouchOne, p)
		return
	}
	i := w.at(id)
	w.must(w.kids[i].alive == slices.Equal(p.Stop, []string{id}) && (w.kids[i].alive || p.Stop == nil), byHandTouchOne, p)
	w.must((w.kids[i].Restart == Temporary) == slices.Equal(p.Drop, []string{id}), dropsTemporary, p)
	w.kids[i].excused, w.kids[i].retrying, w.kids[i].waits = true, false, false
	if was == Retrying { // what only that retry covered is stranded, as in OTP
		for j := range w.kids {
			k := &w.kids[j]
			k.excused = k.excused || !k.alive && !k.retrying && !w.covered(j)
		}
	}
	w.carryOut(p)
}

func (w *world) restartByHand(id string) {
	w.event = "restart by hand of " + id
	w.must(w.cs.Status(id) == w.status(id), answersTrue, Plan{})
	if w.status(id) == Down {
		w.start(id, Plan{})
	}
	w.check(Plan{})
}

func (w *world) delete(id string) {
	w.event = "delete " + id
	want := w.status(id)
	w.must(w.cs.Delete(id) == want, answersTrue, Plan{})
	if want == Down {
		i := w.at(id)
		w.kids = slices.Delete(w.kids, i, i+1)
	}
	w.check(Plan{})
}

func (w *world) add(c Child) {
	w.event = "add " + c.ID
	want := w.status(c.ID)
	w.must(w.cs.Add(c) == want, answersTrue, Plan{})
	if want == Absent {
		w.kids = append(w.kids, kid{Child: c})
		if w.start(c.ID, Plan{}) == fails {
			w.cs.Delete(c.ID)
			w.kids = w.kids[:len(w.kids)-1]
		}
	}
	w.check(Plan{})
}
