package inspect

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// bubbled runs f with the view of a node in a bubble.
func bubbled(t *testing.T, f func(t *testing.T, n *coppice.Node, v *View)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := coppice.NewNode(coppice.Options{})
		defer n.Stop(context.Background())
		f(t, n, Of(n))
	})
}

// Where a look at all processes is dear it is seldom, and says so; what is shown
// is read at every tick all the same.
func TestWhatIsShownIsFresh(t *testing.T) {
	bubbled(t, func(t *testing.T, n *coppice.Node, v *View) {
		pids := startWaiters(t, n, 20)
		busy, began := pids[0].String(), time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		ticks := 0
		for tick := range v.Watch(ctx, 0) {
			v.sampler.mu.Lock()
			v.sampler.cost = 60 * time.Millisecond // as if there were very many: one look in five seconds
			v.sampler.mu.Unlock()
			page, err := tick.List(Query{Sort: "received", Desc: true, Limit: 5})
			if err != nil {
				t.Fatal(err)
			}
			tree, _ := tick.Tree(TreeQuery{OpenAll: true})
			var first Process
			for _, row := range tree.Rows {
				if row.PID == busy {
					first = row.Process
				}
			}
			if want := uint64(10 * ticks); first.Received != want || ticks > 1 && first.In != 10 {
				t.Errorf("tick %d: %d in, %v a second; want %d, 10", ticks, first.Received, first.In, want)
			}
			detail, err := v.Detail(pids[0])
			if err != nil || detail.In != first.In || detail.Received != first.Received {
				t.Errorf("tick %d: %+v, %v", ticks, detail.Process, err)
			}
			looked := time.Duration(0)
			switch { // there is a second look at once, as one alone knows no rates
			case ticks >= 6:
				looked = 6 * time.Second
			case ticks >= 1:
				looked = time.Second
			}
			total := 20
			if looked > time.Second {
				total = 21
			}
			if ticks > 0 && (page.AsOf == nil || !page.AsOf.Equal(began.Add(looked)) || !tree.AsOf.Equal(*page.AsOf)) {
				t.Errorf("tick %d: as of %v, want %v", ticks, page.AsOf, looked)
			}
			if page.Total != total || ticks > 1 && (page.Rows[0].PID != busy || page.Rows[0].Received != first.Received) {
				t.Errorf("tick %d: %d in all, %+v", ticks, page.Total, page.Rows[0])
			}
			if tick.Node().Processes != n.Count() {
				t.Errorf("tick %d: %d counted", ticks, tick.Node().Processes)
			}
			if ticks == 1 {
				startWaiters(t, n, 1)
			}
			for range 10 {
				_ = coppice.Send(n, pids[0], 1)
			}
			if ticks++; ticks == 9 {
				break
			}
		}
		if points := v.Metrics(); len(points) != 8 || points[7].In == 0 {
			t.Errorf("%d points: %+v", len(points), points)
		}
	})
}

// Everybody looks as often as they want, within bounds, whoever else looks; and
// the metrics have no more points for it. What it costs is bounded all the same.
func TestHowOftenSomebodyLooks(t *testing.T) {
	bubbled(t, func(t *testing.T, n *coppice.Node, v *View) {
		ctx, cancel := context.WithCancel(t.Context())
		for every, want := range map[time.Duration]time.Duration{
			0: time.Second, 500 * time.Millisecond: 500 * time.Millisecond, 1: minTick, time.Hour: 5 * time.Second, 2 * time.Second: 2 * time.Second,
		} {
			go func() {
				last := time.Time{}
				for tick := range v.Watch(ctx, every) {
					took := tick.At.Sub(last)
					if !last.IsZero() && (took < want-want/10 || took >= want+minTick) || tick.Period != want {
						t.Errorf("every %v: the next one after %v, and then after %v", every, took, tick.Period)
					}
					last = tick.At
				}
			}()
		}
		time.Sleep(100 * time.Second)
		if n := len(v.Metrics()); n < 95 || n > 100 {
			t.Errorf("%d points in 100 s", n)
		}
		cancel()
		synctest.Wait()
		looks := 0
		for tick := range v.Watch(t.Context(), minTick) {
			if looks++; looks == 4 {
				return
			}
			if tick.Took(20 * time.Millisecond); looks == 3 && tick.Period != 3*time.Second {
				t.Errorf("what takes 20 ms is had every %v", tick.Period)
			}
		}
	})
}

// A look at few processes costs nothing, so nothing is ever old.
func TestFewAreLookedAtAllTheTime(t *testing.T) {
	bubbled(t, func(t *testing.T, n *coppice.Node, v *View) {
		many := 0
		for tick := range v.Watch(t.Context(), 0) {
			page, err := tick.List(Query{})
			if err != nil || page.Total != many || page.AsOf != nil {
				t.Fatalf("%+v, %v; want %d", page, err, many)
			}
			if many++; many == 5 {
				break
			}
			startWaiters(t, n, 1)
		}
	})
}

// Who asks in many parts takes few scans, and is told how old they are.
func TestAScanServesForAWhile(t *testing.T) {
	bubbled(t, func(t *testing.T, n *coppice.Node, v *View) {
		ask := func() Page {
			page, err := v.List(n, Query{Limit: 1})
			if err != nil {
				t.Fatal(err)
			}
			return page
		}
		startWaiters(t, n, 999)
		ask()
		startWaiters(t, n, 1) // few are looked at each time
		began := time.Now()
		if page := ask(); page.Total != 1000 || page.AsOf != nil {
			t.Errorf("%+v", page)
		}
		startWaiters(t, n, 20_000)
		time.Sleep(5 * time.Millisecond)
		if page := ask(); page.Total != 21_000 || page.AsOf != nil {
			t.Errorf("%+v", page)
		}
		startWaiters(t, n, 1)
		time.Sleep(104 * time.Millisecond)
		if page := ask(); page.Total != 21_000 || !page.AsOf.Equal(began.Add(5*time.Millisecond)) {
			t.Errorf("%+v", page)
		}
		time.Sleep(time.Millisecond)
		if page := ask(); page.Total != 21_001 || page.AsOf != nil {
			t.Errorf("%+v", page)
		}
		time.Sleep(time.Minute)
		v.asked.mu.Lock()
		defer v.asked.mu.Unlock()
		if v.asked.scan != nil {
			t.Error("it is kept for ever")
		}
	})
}

// What a process is at now counts for how busy it is, though it has not come to
// an end, and no turn of it may be timed.
func TestWhoIsAtItForLongIsBusy(t *testing.T) {
	bubbled(t, func(t *testing.T, n *coppice.Node, v *View) {
		pid, err := coppice.Spawn(n, func(p *coppice.Process) error {
			<-p.Done() // foreign to the library
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		for range 2 {
			page, err := v.List(n, Query{PIDs: []string{pid.String()}, Window: time.Second})
			if err != nil || page.Rows[0].Busy != 1 {
				t.Errorf("%+v, %v", page.Rows, err)
			}
		}
	})
}

// Places in the process table are used again, and old entries are no others'.
func TestScanFindsWhoIsThere(t *testing.T) {
	bubbled(t, func(t *testing.T, n *coppice.Node, v *View) {
		r := rand.New(rand.NewPCG(1, 2))
		var living, ended []coppice.PID
		last, next := new(scan), new(scan)
		for range 50 {
			living = append(living, startWaiters(t, n, r.IntN(40))...)
			for range r.IntN(30) {
				if len(living) == 0 {
					break
				}
				i := r.IntN(len(living))
				_ = coppice.Stop(n, living[i], nil)
				ended = append(ended, living[i])
				living = slices.Delete(living, i, i+1)
			}
			next.fill(v, last, true)
			last, next = next, last
			for _, pid := range living {
				if e := last.find(pid); e == nil || e.PID != pid {
					t.Fatalf("%v is not there", pid)
				}
			}
			for _, pid := range ended {
				if e := last.find(pid); e != nil {
					t.Fatalf("%v is there", pid)
				}
			}
			inOrder := slices.IsSortedFunc(last.entries, func(a, b entry) int { return a.PID.Compare(b.PID) })
			if len(last.entries) != len(living) || len(slices.Collect(last.children(nil))) != len(living) || !inOrder {
				t.Fatalf("%d entries for %d, in order: %v", len(last.entries), len(living), inOrder)
			}
		}
	})
}

// The first ones of a list are those that sorting gives.
func TestLeast(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		all := make([]entry, r.IntN(200))
		pointers := func() (list []*entry) {
			for i := range all {
				list = append(list, &all[i])
			}
			return list
		}
		for i := range all {
			all[i].mailbox = int32(r.IntN(20))
		}
		want := pointers()
		slices.SortStableFunc(want, func(a, b *entry) int { return cmp.Compare(a.mailbox, b.mailbox) })
		n := r.IntN(12) - 1
		got := least(pointers(), n, func(e *entry) key { return key{entry: e, number: float64(e.mailbox)} },
			func(a, b key) int { return cmp.Compare(a.number, b.number) })
		if n >= 0 {
			got, want = cut(got, 0, max(n, 1)), cut(want, 0, max(n, 1))
		}
		if n != 0 && !slices.Equal(got, want) {
			t.Fatalf("%d of %d: %s", n, len(all), fmt.Sprint(got))
		}
	}
}
