package model

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// perRun is how many operations one tree goes through.
const perRun = 60

// TestModel does random operations on random trees, one at a time, in the library
// and in the model, and compares all that can be seen after each. A seed that
// fails is told, and the operations that it takes to fail are made few.
func TestModel(t *testing.T) {
	ops, seed := setting("OPS", 1000), seeded()
	if testing.Short() {
		ops = min(ops, 500)
	}
	t.Logf("SEED=%d OPS=%d", seed, ops)
	done, given := counter{t: t}, 0
	for ; done.n < ops; seed++ {
		r := newRun(seed)
		r.play(t, perRun, nil)
		done.add(len(r.ops))
		if r.gaveUp {
			given++
		}
		if r.wrong != "" {
			t.Logf("SEED=%d: %s\nto be made few:", seed, r.wrong) // which may not come to an end
			t.Fatalf("SEED=%d: %s\n%s", seed, r.shrink(t), describe(r.d.roots, ""))
		}
	}
	t.Logf("%d operations, %d trees given up as they could go too many ways", done.n, given)
}

// A counter counts operations, and tells of every ten thousand.
type counter struct {
	t *testing.T
	n int
}

func (c *counter) add(n int) {
	c.t.Helper()
	if c.n/10000 != (c.n+n)/10000 {
		c.t.Logf("%d operations", c.n+n)
	}
	c.n += n
}

// seeded is the first seed: SEED, or one at random where OPS asks for a long run.
// An ordinary run of the tests does what it did the time before.
func seeded() uint64 {
	or := 1
	if os.Getenv("OPS") != "" {
		or = int(rand.Uint32())
	}
	return uint64(setting("SEED", or))
}

func setting(name string, or int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return or
}

// A run is one tree and what is done to it.
type run struct {
	seed   uint64
	d      *drawer
	s      *system
	ops    []op
	worlds []*World // any of which it may be
	wrong  string
	gaveUp bool
}

func newRun(seed uint64) *run {
	r := &run{seed: seed, d: newDrawer(rand.New(rand.NewPCG(seed, 0)))}
	r.d.roots = r.d.tree(1)
	return r
}

// play does n random operations, or those given.
func (r *run) play(t *testing.T, n int, given []op) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		r.s, r.worlds, r.ops, r.wrong = newSystem(quiet), []*World{New()}, nil, ""
		for i := 0; r.wrong == "" && !r.gaveUp; i++ {
			var o op
			switch {
			case given == nil && i == n, given != nil && i == len(given):
				r.end()
				return
			case given != nil:
				o = given[i]
			default:
				o = r.d.op(r.s)
			}
			r.ops = append(r.ops, o)
			if r.s.knows(o) {
				r.do(o)
			}
		}
		r.end()
	})
}

// do has the system and the model do the same, and compares them.
func (r *run) do(o op) {
	r.s.forget()
	r.s.do(o)
	synctest.Wait()
	seen := r.s.seen()
	var next []*World
	known, all := map[string]bool{}, []string{}
	for _, w := range r.worlds {
		results, ok := w.Copy().after(o)
		if !ok {
			r.gaveUp = true
			return
		}
		for _, w := range results {
			text := w.Seen()
			if text != seen {
				all = append(all, text)
			} else if key := w.Key(); !known[key] {
				known[key] = true
				next = append(next, w)
			}
		}
	}
	if len(r.s.wrong) > 0 {
		r.wrong = fmt.Sprintf("after %v: %q", o, r.s.wrong)
	} else if len(next) == 0 {
		r.wrong = fmt.Sprintf("after %v:\n%s", o, difference(seen, all))
	}
	r.worlds = next
}

var quiet = coppice.Options{Logger: slog.New(slog.DiscardHandler)}

// knows reports whether all whom an operation names have lived.
func (s *system) knows(o op) bool {
	for _, id := range []string{o.who, o.act.To, o.act.Child} {
		if strings.Contains(id, "#") && s.pidOf(id).IsZero() {
			return false
		}
	}
	if o.what == "root" {
		for id := range s.living {
			if s.specs[id] == o.spec && coppice.Alive(s.pids[id]) {
				return false
			}
		}
	}
	return true
}

// after has the model do what the system does.
func (w *World) after(o op) ([]*World, bool) {
	switch o.what {
	case "tell":
		w.Tell(o.who, o.act)
	case "release":
		w.Release(o.who)
	case "tick":
		return w.Advance(w.Now + o.n)
	case "root":
		w.Start(o.spec)
	case "actor":
		w.Spawn(o.spec.Key, o.spec.Trap)
	}
	return w.Settle()
}

// do does an operation.
func (s *system) do(o op) {
	switch o.what {
	case "tell":
		s.mu.Lock()
		pid, spec := s.pids[o.who], s.specs[o.who]
		s.mu.Unlock()
		if spec == nil {
			return
		}
		if spec.Kind == Actor {
			_ = coppice.Send(s.n, pid, order{[]Act{o.act}})
		} else {
			_ = coppice.Cast(s.n, pid, order{[]Act{o.act}})
		}
	case "release":
		s.release(o.who)
	case "tick":
		time.Sleep(time.Duration(o.n) * time.Millisecond)
	case "root":
		go func() { _, _ = s.starter(o.spec).StartLink(s.n) }()
	case "actor":
		_, _ = coppice.Spawn(s.n, s.actor(o.spec))
	}
}

// end sees to it that nothing is left.
func (r *run) end() {
	r.s.mu.Lock()
	r.s.over = true
	r.s.mu.Unlock()
	r.s.stop()
	if r.wrong == "" && len(r.s.wrong) > 0 {
		r.wrong = fmt.Sprintf("%q", r.s.wrong)
	}
}

// stopped stops a node that has a minute for it.
func stopped(n *coppice.Node) coppice.StopReport {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return n.Stop(ctx)
}

// shrink leaves out operations as long as it fails, and says what is left.
func (r *run) shrink(t *testing.T) string {
	t.Helper()
	ops, wrong := r.ops, r.wrong
	fails := func(ops []op) bool {
		for range 3 { // it may depend on who is faster
			if r.play(t, 0, ops); r.wrong != "" {
				wrong = r.wrong
				return true
			}
		}
		return false
	}
	for size := len(ops) / 2; size > 0; size /= 2 {
		for at := 0; at+size <= len(ops); {
			fewer := append(append([]op{}, ops[:at]...), ops[at+size:]...)
			if len(fewer) > 0 && fails(fewer) {
				ops = fewer
			} else {
				at += size
			}
		}
	}
	var b strings.Builder
	for _, o := range ops {
		fmt.Fprintf(&b, "%v\n", o)
	}
	return fmt.Sprintf("%d operations:\n%s%s", len(ops), &b, wrong)
}

// describe shows a tree.
func describe(s *Spec, indent string) string {
	text := fmt.Sprintf("%s%s: %+v\n", indent, s.Key, *s)
	for _, c := range s.Children {
		text += describe(c, indent+"  ")
	}
	return text
}

// difference shows what is, and of what should be that which is most like it.
func difference(seen string, all []string) string {
	has := map[string]bool{}
	for line := range strings.Lines(seen) {
		has[line] = true
	}
	best, most := "", -1
	for _, text := range all {
		n := 0
		for line := range strings.Lines(text) {
			if has[line] {
				n++
			}
		}
		if n > most {
			best, most = text, n
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "of %d ways, the nearest:\n", len(all))
	should := map[string]bool{}
	for line := range strings.Lines(best) {
		should[line] = true
		if !has[line] {
			b.WriteString("  want " + line)
		}
	}
	for line := range strings.Lines(seen) {
		if !should[line] {
			b.WriteString("  got  " + line)
		}
	}
	return b.String()
}
