package model

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/seed-7832d3a3/coppice"
)

// An op is one operation on a system and its model. It names processes as they
// are called, and so means the same when others are left out; one on a process
// that there never was does nothing.
type op struct {
	what string // tell, release, tick, root or actor
	who  string
	n    int
	act  Act
	spec *Spec
}

// String implements fmt.Stringer.
func (o op) String() string {
	switch o.what {
	case "tell":
		return fmt.Sprintf("%s: %v", o.who, o.act)
	case "tick":
		return fmt.Sprintf("tick %d ms", o.n)
	case "actor":
		return fmt.Sprintf("actor %s trap=%v", o.spec.Key, o.spec.Trap)
	}
	return o.what + " " + o.who
}

// A drawer draws trees and operations.
type drawer struct {
	*rand.Rand
	count map[string]int
	mine  string           // what the keys of this one end with; "": it is alone
	extra map[string]*Spec // children that are started by hand, by key
	roots *Spec
	tasks []*Spec // in the order of their starts
}

func newDrawer(r *rand.Rand) *drawer {
	return &drawer{Rand: r, count: map[string]int{}, extra: map[string]*Spec{}}
}

func (d *drawer) chance(percent int) bool { return d.IntN(100) < percent }

func pick[T any](d *drawer, of ...T) T { return of[d.IntN(len(of))] }

func (d *drawer) key(prefix string) string {
	d.count[prefix]++
	return fmt.Sprint(prefix, d.count[prefix], d.mine)
}

// tree draws a static supervisor.
func (d *drawer) tree(depth int) *Spec {
	s := &Spec{Key: d.key("s"), Kind: Static, Strategy: pick(d, "one_for_one", "one_for_one", "one_for_all", "rest_for_one"), Limit: -1, Auto: "never"}
	if d.chance(30) {
		s.Auto = pick(d, "any", "all", "all")
	}
	d.limits(s)
	for range 1 + d.IntN(4) {
		c := (*Spec)(nil)
		switch n := d.IntN(10); {
		case n < 3 && depth < 3:
			c = d.tree(depth + 1)
		case n == 3 && depth < 3:
			c = d.dynamic(Dynamic, "d")
		case n == 4 && depth < 3:
			c = d.dynamic(Simple, "m")
		case n == 5 && depth < 3:
			c = d.partition()
		default:
			c = d.worker(d.key("w"))
		}
		c.Restart = pick(d, "permanent", "permanent", "permanent", "transient", "temporary")
		if s.Auto != "never" && d.chance(50) {
			c.Restart = pick(d, "transient", "temporary")
		}
		c.Significant = s.Auto != "never" && c.Restart != "permanent" && d.chance(75)
		d.pauses(c)
		s.Children = append(s.Children, c)
	}
	return s
}

// pauses gives some children a back-off.
func (d *drawer) pauses(c *Spec) {
	if d.chance(20) {
		c.First, c.Most = pick(d, 1, 5, 20), pick(d, 20, 60, 500)
	}
}

// partition draws a PartitionSupervisor.
func (d *drawer) partition() *Spec {
	s := &Spec{Key: d.key("p"), Kind: Static, Parts: true, Strategy: pick(d, "one_for_one", "one_for_all", "rest_for_one"), Limit: -1, Auto: "never"}
	d.limits(s)
	for i := range 1 + d.IntN(3) {
		c := d.worker(fmt.Sprint(s.Key, "part", i))
		c.ID = fmt.Sprint(i)
		d.pauses(c)
		s.Children = append(s.Children, c)
	}
	return s
}

func (d *drawer) limits(s *Spec) {
	s.Max, s.Period = pick(d, 0, 1, 2, 3, 5, 20), pick(d, 40, 400, 5000)
	s.Shutdown = pick(d, Infinity, Infinity, Infinity, Brutal, 50)
}

func (d *drawer) dynamic(kind Kind, prefix string) *Spec {
	s := &Spec{Key: d.key(prefix), Kind: kind, Limit: -1, Auto: "never", Strategy: "one_for_one"}
	d.limits(s)
	if kind == Dynamic && d.chance(40) {
		s.Limit = d.IntN(4)
	}
	return s
}

func (d *drawer) worker(key string) *Spec {
	s := &Spec{Key: key, Kind: Worker, Trap: d.chance(50), Shutdown: pick(d, 30, 30, 5000, Infinity, Brutal, 0)}
	s.Restart = pick(d, "permanent", "transient", "temporary")
	if d.chance(20) {
		s.Name = pick(d, "n", "key k") + key
	}
	if d.chance(25) {
		for range 1 + d.IntN(4) {
			s.Init = append(s.Init, pick(d, "ok", "ok", "ok", "boom", "ignore", "sleep", "panic", "hang", "{shutdown,why}", "goexit"))
		}
	}
	if d.chance(25) {
		s.Room, s.Drop = 1+d.IntN(2), d.chance(50)
	}
	if d.chance(30) {
		s.Term = pick(d, "ok", "sleep", "hang", "panic", "other", "goexit", "shutdown")
	}
	return s
}

// op draws an operation for a system as it is.
func (d *drawer) op(s *system) op {
	at := d.look(s)
	switch n := d.IntN(100); {
	case len(at.tops) == 0 && (d.mine == "" && n < 40 || d.mine == "a" && n < 90):
		return op{what: "root", who: d.roots.Key, spec: d.roots}
	case len(at.actors) < 3 && n < 60 || len(at.actors) == 0:
		return op{what: "actor", spec: &Spec{Key: d.key("a"), Trap: d.chance(60)}}
	case n < 15:
		return op{what: "tick", n: pick(d, 1, 3, 8, 20, 40, 60, 400, 500, 5000, 6000, 6000)}
	case n < 22 && len(at.hanging) > 0:
		return op{what: "release", who: pick(d, at.hanging...)}
	}
	return d.tell(at)
}

// A look is who there is.
type look struct {
	actors, workers, sups, tops, hanging, all, ended []string

	s *system
}

func (d *drawer) look(s *system) look {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := look{s: s}
	for _, id := range slices.Sorted(maps.Keys(s.pids)) {
		if !coppice.Alive(s.pids[id]) {
			at.ended = append(at.ended, id)
			continue
		}
		at.all = append(at.all, id)
		switch s.specs[id].Kind {
		case Actor:
			at.actors = append(at.actors, id)
		case Worker:
			at.workers = append(at.workers, id)
		default:
			at.sups = append(at.sups, id)
			if s.specs[id] == d.roots {
				at.tops = append(at.tops, id)
			}
		}
	}
	at.hanging = slices.Sorted(maps.Keys(s.hanging))
	return at
}

// tell draws what somebody is told to do.
func (d *drawer) tell(at look) op {
	who := pick(d, at.actors...)
	if len(at.workers) > 0 && d.chance(45) {
		who = pick(d, at.workers...)
	}
	any := pick(d, at.all...)
	if len(at.ended) > 0 && d.chance(8) {
		any = pick(d, at.ended...)
	}
	reason := pick(d, "boom", "boom", "shutdown", "normal", "{shutdown,why}", "kill", "wrapped")
	a := Act{}
	switch n := d.IntN(100); {
	case n < 16:
		a = Act{Verb: "exit", Reason: pick(d, reason, reason, "panic", "goexit"), N: d.IntN(2)}
	case n < 30:
		a = Act{Verb: "signal", To: any, Reason: pick(d, reason, "kill")}
	case n < 36:
		a = Act{Verb: "link", To: any}
	case n < 38:
		a = Act{Verb: "unlink", To: pick(d, at.actors...)}
	case n < 44:
		a = Act{Verb: "monitor", To: any}
	case n < 46:
		a = Act{Verb: "demonitor", To: any}
	case n < 50:
		a = Act{Verb: pick(d, "register", "register", "unregister"), To: pick(d, "na", "nb", "nw1", "nw2", "key ka", "key kb", "key kc", "key kd", "key kw1")}
	case n < 53:
		a = Act{Verb: "call", To: pick(d, any, any, "name na", "name nw1", "name key ka", "name key kw1")}
	case n < 55:
		a = Act{Verb: "trap", N: d.IntN(2)}
	case n < 58:
		a = Act{Verb: "sleep", N: pick(d, 5, 17, 300)}
	case n < 60:
		a = Act{Verb: "hang"}
	case n < 62:
		a = Act{Verb: "send", To: any}
	case n < 64:
		a = Act{Verb: "after", To: any, N: pick(d, 2, 13)}
	case n < 66:
		a = Act{Verb: "exit_after", To: any, N: pick(d, 2, 13), Reason: reason}
	case n < 68:
		a = Act{Verb: "spawn", N: d.IntN(3), Spec: &Spec{Key: d.key("a"), Trap: d.chance(50)}}
	case n < 72:
		a = Act{Verb: "stop", To: any, Reason: pick(d, "normal", "shutdown", "boom")}
	case n < 80:
		who, a = d.work(at, who)
	default:
		a = d.ask(at)
	}
	if d.mine != "" && a.Reason != "" && slices.Contains(at.sups, a.To) && slices.Contains(at.workers, who) {
		a.Reason = "kill" // as in OTP, a child that signals its supervisor has ended as far as that can see
	}
	return op{what: "tell", who: who, act: a}
}

// work draws what somebody does with tasks.
func (d *drawer) work(at look, who string) (string, Act) {
	if len(d.tasks) > 0 && d.chance(55) {
		t := d.tasks[max(0, len(d.tasks)-1-d.IntN(3))]
		if slices.Contains(at.all, t.Owner) && d.chance(90) {
			who = t.Owner
		}
		return who, Act{Verb: pick(d, "await", "await", "yield", "ignore"), To: name(t.Key, 1), N: pick(d, 3, 7, 300)}
	}
	t := &Spec{Key: d.key("t"), Kind: Task, Owner: who, Restart: "temporary", Shutdown: 5000}
	t.Work = pick(d, "value", "value", "sleep", "sleep", "hang", "hang", "hang", "boom", "panic", "goexit", "normal", "{shutdown,why}")
	d.tasks = append(d.tasks, t)
	dynamic := slices.DeleteFunc(slices.Clone(at.sups), func(id string) bool { return at.s.specOf(id).Kind != Dynamic })
	if t.Alone = len(dynamic) > 0 && d.chance(60); t.Alone {
		return who, Act{Verb: "nolink", To: pick(d, dynamic...), Spec: t}
	}
	return who, Act{Verb: "async", Spec: t}
}

// ask draws what a supervisor is asked for.
func (d *drawer) ask(at look) Act {
	if len(at.sups) == 0 || d.chance(5) {
		return Act{Verb: "restart_child", To: pick(d, at.all...), Child: "x"}
	}
	sup := pick(d, at.sups...)
	spec := at.s.specOf(sup)
	a := Act{Verb: pick(d, "start_child", "terminate_child", "restart_child", "delete_child"), To: sup}
	if spec.Kind == Static {
		var keys []string
		for _, c := range spec.Children {
			keys = append(keys, c.id())
		}
		a.Child = pick(d, append(keys, spec.Key+"x1", spec.Key+"x2")...)
		if a.Verb == "start_child" {
			a.Spec = d.extraOf(a.Child, spec)
			a.Child = ""
		}
		return a
	}
	a.Verb = pick(d, a.Verb, "start_child", "start_child")
	switch a.Verb {
	case "start_child":
		a.Spec = d.worker(d.key("y"))
		a.N = number(spec.Kind == Simple)
	case "terminate_child":
		a.N, a.Child = 1, pick(d, at.all...)
		if young := slices.DeleteFunc(slices.Clone(at.workers), func(id string) bool { return !strings.HasPrefix(id, "y") }); len(young) > 0 && d.chance(80) {
			a.Child = pick(d, young...)
		}
	default:
		a.Child = "x"
	}
	return a
}

// extraOf is the child of that key of a supervisor.
func (d *drawer) extraOf(key string, sup *Spec) *Spec {
	for _, c := range sup.Children {
		if c.id() == key {
			return c
		}
	}
	if d.extra[key] == nil {
		c := d.worker(key)
		c.Significant = sup.Auto != "never" && c.Restart != "permanent" && d.chance(50)
		d.pauses(c)
		d.extra[key] = c
	}
	return d.extra[key]
}
