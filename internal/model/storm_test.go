package model

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// TestStorm has many clients at once do random operations on random trees. No
// model can say what comes of it; but when all has come to rest, what a process
// promises has been kept. A seed that fails is told, with the fewest clients and
// operations with which it does.
func TestStorm(t *testing.T) {
	ops, seed := setting("OPS", 4000), seeded()
	if testing.Short() {
		ops = min(ops, 2000)
	}
	t.Logf("SEED=%d OPS=%d", seed, ops)
	for done := (counter{t: t}); done.n < ops; seed++ {
		clients, each := 16, 64
		s := storm(t, seed, clients, each)
		done.add(int(s.did.Load()))
		if len(s.wrong) == 0 {
			continue
		}
		t.Logf("SEED=%d: %q\nto be made few:", seed, s.wrong) // which may not come to an end
		for fewer := true; fewer; {
			fewer = false
			for _, size := range [][2]int{{max(clients/2, 1), each}, {clients, max(each/2, 1)}} {
				if again := storm(t, seed, size[0], size[1]); len(again.wrong) > 0 && size != [2]int{clients, each} {
					clients, each, s, fewer = size[0], size[1], again, true
					break
				}
			}
		}
		d := newDrawer(rand.New(rand.NewPCG(seed, 0)))
		t.Fatalf("SEED=%d, %d clients with %d operations: %q\n%s", seed, clients, each, s.wrong, describe(d.tree(1), ""))
	}
}

// storm is one run.
func storm(t *testing.T, seed uint64, clients, ops int) (s *system) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		d := newDrawer(rand.New(rand.NewPCG(seed, 0)))
		root := d.tree(1)
		root.Max = 1000
		options := quiet
		options.FindCircles = d.chance(50)
		s = newSystem(options)
		s.honest = true
		var done sync.WaitGroup
		for i := range clients {
			done.Go(func() {
				d := newDrawer(rand.New(rand.NewPCG(seed, uint64(i+1))))
				d.mine, d.roots = string(rune('a'+i)), root
				for range ops {
					s.do(d.op(s))
				}
			})
		}
		done.Wait()
		s.rest()
		s.check()
		s.mu.Lock()
		s.over = true
		s.mu.Unlock()
		s.stop()
	})
	return s
}

// rest waits until nothing happens any more.
func (s *system) rest() {
	for range 10 {
		s.mu.Lock()
		hanging := slices.Collect(maps.Keys(s.hanging))
		s.mu.Unlock()
		for _, id := range hanging {
			s.release(id)
		}
		time.Sleep(time.Hour)
	}
	synctest.Wait()
}

// check looks at everything that there is, at rest.
func (s *system) check() {
	s.mu.Lock()
	defer s.mu.Unlock()
	infos := map[coppice.PID]coppice.ProcessInfo{}
	for id, pid := range s.pids {
		info, alive := coppice.Lookup(pid)
		if alive {
			infos[pid] = info
		}
		if alive == s.ends[id] {
			s.fail("%s is alive: %v, and has ended: %v", id, alive, s.ends[id])
		}
	}
	if n := s.n.Count(); n != len(infos)+s.own {
		s.fail("%d processes of which %d are known", n, len(infos)+s.own)
	}
	s.checkKeys(infos)
	for pid, info := range infos {
		s.checkOne(pid, info, infos)
	}
	for name, pid := range s.n.Registered() {
		if infos[pid].Name != name {
			s.fail("the name %s is that of %s, which has the name %q", name, s.ids[pid], infos[pid].Name)
		}
	}
	kept := map[coppice.PID]string{}
	for pid, info := range infos {
		if id := s.ids[pid]; s.specs[id].Kind >= Static && info.Status == coppice.Idle {
			s.checkBooks(id, pid, infos, kept)
		}
	}
	for pid, info := range infos {
		id := s.ids[pid]
		parent, alive := infos[s.pids[s.parents[id]]]
		switch {
		case s.specs[id].Kind == Actor || s.parents[id] == "" || info.Status != coppice.Idle:
		case !alive:
			s.fail("%s has outlived %s", id, s.parents[id])
		case kept[pid] == "" && parent.Status == coppice.Idle:
			s.fail("%s is no child of %s", id, s.parents[id])
		}
	}
}

// checkOne looks at one process: what ties it to others has two ends, it waits
// for nobody who has ended or is idle, and its mailbox is empty if it is idle.
func (s *system) checkOne(pid coppice.PID, info coppice.ProcessInfo, infos map[coppice.PID]coppice.ProcessInfo) {
	id := s.ids[pid]
	if s.specs[id].Kind == Task {
		s.fail("the task %s does not end", id)
	}
	for _, other := range info.Links {
		if s.ids[other] != "" && !slices.Contains(infos[other].Links, pid) {
			s.fail("%s is linked with %s, and not the other way round", id, s.ids[other])
		}
	}
	for _, other := range info.Monitors {
		if !slices.Contains(infos[other].MonitoredBy, pid) {
			s.fail("%s monitors %s, which does not know", id, s.ids[other])
		}
	}
	if info.Name != "" && s.n.Whereis(info.Name) != pid {
		s.fail("%s has the name %s, which belongs to %s", id, info.Name, s.ids[s.n.Whereis(info.Name)])
	}
	idle := info.Status == coppice.Idle || info.Status == coppice.Receiving && s.specs[id].Kind == Actor
	if idle && (info.Mailbox > 0 || info.ExitReason != nil || info.Pending > 0) {
		s.fail("%s is idle with %d messages, told to end: %v, owing %d answers", id, info.Mailbox, info.ExitReason, info.Pending)
	}
	whom := s.asking[id]
	other, alive := infos[s.pids[whom]]
	if whom != "" && whom[:min(5, len(whom))] != "name " && (!alive || other.Status == coppice.Idle) {
		s.fail("%s waits for %s, which is %v", id, whom, other.Status)
	}
}

// checkBooks looks at a supervisor that has nothing to do.
func (s *system) checkBooks(id string, pid coppice.PID, infos map[coppice.PID]coppice.ProcessInfo, kept map[coppice.PID]string) {
	children, err := supervisor.Children(s.n, pid)
	if err != nil {
		s.fail("%s: %v", id, err)
	}
	active := 0
	for _, c := range children {
		_, alive := infos[c.PID]
		switch {
		case c.Restarting:
			s.fail("%s: %s is restarting for ever", id, c.ID)
		case c.PID.IsZero():
			continue
		case !alive:
			s.fail("%s: its child %s has ended", id, s.ids[c.PID])
		case s.parents[s.ids[c.PID]] != id:
			s.fail("%s: its child %s is that of %s", id, s.ids[c.PID], s.parents[s.ids[c.PID]])
		case kept[c.PID] != "":
			s.fail("%s is a child of %s and of %s", s.ids[c.PID], kept[c.PID], id)
		}
		kept[c.PID] = id
		active++
	}
	if counts, err := supervisor.Count(s.n, pid); err != nil || s.specs[id].Kind != Simple && counts.Active != active {
		s.fail("%s: %+v, %v, with %d active children", id, counts, err, active)
	}
}

// stop ends the node, and sees to it that nothing is left.
func (s *system) stop() {
	for _, id := range slices.Collect(maps.Keys(s.hanging)) {
		s.release(id)
	}
	report := stopped(s.n)
	if len(report.Stuck) > 0 || s.n.Count() != 0 {
		s.wrong = append(s.wrong, fmt.Sprintf("in the end: %d processes, stuck: %v", s.n.Count(), report.Stuck))
	}
}
