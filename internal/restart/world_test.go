package restart

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// The invariants, each by the name with which a test fails.
const (
	stopsBackwards  = "stops are in reverse start order, of children that run"
	startsForwards  = "starts are in start order, of children that no longer run"
	noChildTwice    = "no child runs twice"
	noneOutlives    = "no child outlives its supervisor"
	noneOnTheWayOut = "nothing is started on the way out"
	exitIsFinal     = "after the end nothing is left to do"
	statusIsTrue    = "status tells the truth"
	waitsOrStarts   = "a restart starts its run, or waits as the Backoff of its cause says and starts nothing"
	dueOnce         = "what was due of a child that does not wait does nothing"
	downForAReason  = "a child is down only if it ended for good, ignored, was terminated, or a retry covers it"
	temporaryRuns   = "a temporary child runs or is no child"
	dropsTemporary  = "exactly temporary children are dropped, when they end"
	wholeRun        = "a restart stops and starts the whole run and nothing else"
	restartsByType  = "a child is restarted if its type says so, and only then"
	withinIntensity = "the supervisor ends at the first restart beyond the intensity, and not before"
	autoShutdown    = "the end of a significant child ends the supervisor as its AutoShutdown says, and nothing else does"
	staleRetry      = "a retry of a child that does not await one does nothing"
	byHandTouchOne  = "what is done by hand touches one child and leads to no exit"
	answersTrue     = "the answer is the status that the child had"
	orderIsKept     = "children keep their order, and new ones come last"
)

type outcome uint8

const (
	starts outcome = iota
	fails
	ignores
)

// A world is a Children together with what carrying out its plans made of it,
// which is kept on its own and compared after each event.
type world struct {
	testing.TB
	strategy Strategy
	auto     AutoShutdown
	in       Intensity
	cs       *Children
	kids     []kid // in start order
	spent    []time.Time
	now      time.Time
	gone     bool
	outcome  func() outcome // of the next start
	event    string
}

type kid struct {
	Child
	alive    bool
	retrying bool
	waits    bool // it is retrying, and waits for its time
	excused  bool // down for good
}

func newWorld(t testing.TB, s Strategy, a AutoShutdown, in Intensity) *world {
	return &world{TB: t, strategy: s, auto: a, in: in, cs: New(s, a, in), now: epoch}
}

func (w *world) must(ok bool, invariant string, p Plan) {
	if !ok {
		w.Helper()
		w.Fatalf("broken: %s\nafter %s, plan %q\nin %v %v, %d restarts of %d: %+v\nstatus %s",
			invariant, w.event, short(p), w.strategy, w.auto, len(w.spent), w.in.Max, w.kids, state(w.cs))
	}
}

func (w *world) at(id string) int {
	return slices.IndexFunc(w.kids, func(k kid) bool { return k.ID == id })
}

func (w *world) span(i int) (from, to int) {
	switch w.strategy {
	case OneForAll:
		return 0, len(w.kids)
	case RestForOne:
		return i, len(w.kids)
	}
	return i, i + 1
}

// covered reports whether a retry that is due will start the child at i.
func (w *world) covered(i int) bool {
	for j, k := range w.kids {
		if from, to := w.span(j); k.retrying && from <= i && i < to {
			return true
		}
	}
	return false
}

func (w *world) exited(id string, class Class) {
	w.event = fmt.Sprintf("%v exit of %s", class, id)
	i := w.at(id)
	w.kids[i].alive = false
	k := w.kids[i]
	again := k.Restart == Permanent || k.Restart == Transient && class == Abnormal
	w.kids[i].excused = !again
	p := w.cs.Exited(id, class, w.now)
	if again {
		w.restart(i, p)
		return
	}
	w.must(p.Start == nil && !p.Exceeded, restartsByType, p)
	end := k.Significant && w.auto != Never
	for _, o := range w.kids {
		if w.auto == AllSignificant && o.Significant && (o.alive || o.retrying) {
			end = false
		}
	}
	w.must(p.Exit == end && (end || p.Stop == nil), autoShutdown, p)
	var drop []string
	if k.Restart == Temporary {
		drop = []string{id}
	}
	w.must(slices.Equal(p.Drop, drop), dropsTemporary, p)
	w.carryOut(p)
}

func (w *world) retry(id string) {
	w.event = "retry of " + id
	i := w.at(id)
	stale := i < 0 || !w.kids[i].retrying || w.kids[i].waits
	p := w.cs.Retry(id, w.now)
	if stale {
		w.must(short(p) == "", staleRetry, p)
		w.check(p)
		return
	}
	w.kids[i].retrying = false
	w.restart(i, p)
}

func (w *world) due(id string) {
	w.event = "due " + id
	i := w.at(id)
	stale := i < 0 || !w.kids[i].waits
	w.must(w.cs.Waits(id) == !stale, statusIsTrue, Plan{})
	p := w.cs.Due(id)
	if stale {
		w.must(short(p) == "" && p.Wait == 0, dueOnce, p)
		w.check(p)
		return
	}
	w.again(i, p, 0)
}

// restart is a plan that restarts the child at i, or ends the supervisor.
func (w *world) restart(i int, p Plan) {
	w.spent = slices.DeleteFunc(w.spent, func(t time.Time) bool { return w.now.Sub(t) > w.in.Period })
	w.spent = append(w.spent, w.now)
	over := len(w.spent) > w.in.Max
	w.must(p.Exceeded == over && p.Exit == over, withinIntensity, p)
	w.must(w.cs.Recent(w.now) == len(w.spent), withinIntensity, p)
	if over {
		w.must(p.Wait == 0, noneOnTheWayOut, p)
		w.carryOut(p)
		return
	}
	w.again(i, p, w.kids[i].Backoff.First)
}

// again is a plan that restarts the run of the child at i after a wait.
func (w *world) again(i int, p Plan, wait time.Duration) {
	w.must(p.Wait == wait && (wait == 0 || p.Start == nil), waitsOrStarts, p)
	from, to := w.span(i)
	for j := range w.kids {
		k, in := &w.kids[j], from <= j && j < to
		w.must(slices.Contains(p.Stop, k.ID) == (in && k.alive), wholeRun, p)
		w.must(slices.Contains(p.Start, k.ID) == (in && k.Restart != Temporary && wait == 0), wholeRun, p)
		w.must(slices.Contains(p.Drop, k.ID) == (in && k.Restart == Temporary), dropsTemporary, p)
		if in {
			k.retrying, k.waits, k.excused = false, false, false
		}
	}
	if wait > 0 {
		w.kids[i].retrying, w.kids[i].waits = true, true
	}
	w.carryOut(p)
}

func (w *world) carryOut(p Plan) {
	place := func(a, b string) int { return w.at(a) - w.at(b) }
	w.must(slices.IsSortedFunc(p.Stop, func(a, b string) int { return place(b, a) }), stopsBackwards, p)
	w.must(slices.IsSortedFunc(p.Start, place), startsForwards, p)
	w.must(!p.Exit || p.Start == nil, noneOnTheWayOut, p)
	for _, id := range p.Stop {
		w.must(w.at(id) >= 0 && w.kids[w.at(id)].alive, stopsBackwards, p)
		w.kids[w.at(id)].alive = false
	}
	for _, id := range p.Drop {
		w.must(w.at(id) >= 0 && !w.kids[w.at(id)].alive, dropsTemporary, p)
		w.kids = slices.Delete(w.kids, w.at(id), w.at(id)+1)
	}
	for _, id := range p.Start {
		w.must(w.at(id) >= 0, startsForwards, p)
		if w.start(id, p) == fails {
			w.cs.Failed(id)
			w.kids[w.at(id)].retrying = true
			break
		}
	}
	if p.Exit {
		w.must(!slices.ContainsFunc(w.kids, func(k kid) bool { return k.alive }), noneOutlives, p)
		w.gone = true
		w.must(short(w.cs.Shutdown()) == "exit", exitIsFinal, p)
		for _, k := range w.kids {
			w.must(short(w.cs.Exited(k.ID, Abnormal, w.now))+short(w.cs.Retry(k.ID, w.now))+short(w.cs.Due(k.ID)) == "", exitIsFinal, p)
		}
	}
	w.check(p)
}

func (w *world) start(id string, p Plan) outcome {
	i := w.at(id)
	w.must(!w.kids[i].alive, noChildTwice, p)
	o := w.outcome()
	switch o {
	case starts:
		w.cs.Started(id)
		w.kids[i].alive, w.kids[i].excused = true, false
	case ignores:
		w.kids[i].excused = true
		if w.cs.Ignored(id) {
			w.must(w.kids[i].Restart == Temporary, dropsTemporary, p)
			w.kids = slices.Delete(w.kids, i, i+1)
		}
	}
	return o
}

// check compares what the Children knows with what is.
func (w *world) check(p Plan) {
	if w.gone {
		return
	}
	i := 0
	for id, s := range w.cs.All() {
		w.must(i < len(w.kids) && w.kids[i].ID == id, orderIsKept, p)
		k := w.kids[i]
		w.must((s == Running) == k.alive && (s == Retrying) == k.retrying && w.cs.Waits(id) == k.waits && s == w.cs.Status(id), statusIsTrue, p)
		w.must(k.Restart != Temporary || k.alive, temporaryRuns, p)
		w.must(s != Down || k.excused || w.covered(i), downForAReason, p)
		i++
	}
	w.must(i == len(w.kids) && i == w.cs.Len(), orderIsKept, p)
	for id := range w.cs.Backward() {
		i--
		w.must(i >= 0 && w.kids[i].ID == id, orderIsKept, p)
	}
	w.must(i == 0, orderIsKept, p)
}
