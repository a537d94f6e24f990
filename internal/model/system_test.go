package model

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/registry"
	"github.com/seed-7832d3a3/coppice/supervisor"
	"github.com/seed-7832d3a3/coppice/task"
)

// A system is the library, seen as a World.
type system struct {
	n       *coppice.Node
	witness *coppice.Process // monitors everybody
	keys    *registry.Registry[string, string]
	own     int // how many processes are none of those looked at

	mu      sync.Mutex // guards what follows
	pids    map[string]coppice.PID
	ids     map[coppice.PID]string
	specs   map[string]*Spec
	starts  map[string]int
	begun   map[string]bool // its own code
	freed   map[string]bool // by its end
	ends    map[string]bool // the witness has heard of
	living  map[string]bool // whose end it has not heard of
	terms   map[string]string
	log     map[string][]string
	refs    map[string]map[string][]coppice.Ref // monitors, by whose and on whom
	hanging map[string][]chan struct{}
	over    bool // nothing hangs any more
	honest  bool // no child has its supervisor believe that it has ended
	wrong   []string
	parents map[string]string
	parts   map[*Spec]*supervisor.Partition
	tasks   map[string]task.Task[string]
	asking  map[string]string // who waits for whom
	sent    map[[2]string]int // the number of the last message, by sender and receiver
	heard   map[[2]string]int

	did atomic.Int64 // acts
}

// fail notes what must not be; mu is held.
func (s *system) fail(format string, args ...any) {
	if len(s.wrong) < 20 {
		s.wrong = append(s.wrong, fmt.Sprintf(format, args...))
	}
}

// asks notes for whom a process waits.
func (s *system) asks(id, whom string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asking[id] = whom
}

// numbered is the next message from one to another.
func (s *system) numbered(id, to string) tick {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent[[2]string{id, to}]++
	return tick{id, s.sent[[2]string{id, to}]}
}

// inOrder sees to it that the messages of one sender come in their order, and
// none comes twice, or is lost where the mailbox cannot be full.
func (s *system) inOrder(id string, m tick) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.n == 0 {
		return
	}
	pair := [2]string{m.from, id}
	before := s.heard[pair]
	if s.heard[pair] = m.n; before != m.n-1 && (before >= m.n || s.specs[id].Room == 0) {
		s.fail("%s: message %d from %s, after %d", id, m.n, m.from, before)
	}
}

// newSystem makes one with the witness, who knows of every birth and every end.
func newSystem(options coppice.Options) *system {
	s := &system{
		keys: registry.New[string, string](registry.Options{}), tasks: map[string]task.Task[string]{},
		pids: map[string]coppice.PID{}, ids: map[coppice.PID]string{}, specs: map[string]*Spec{}, starts: map[string]int{}, begun: map[string]bool{}, freed: map[string]bool{}, ends: map[string]bool{}, living: map[string]bool{},
		terms: map[string]string{}, log: map[string][]string{}, refs: map[string]map[string][]coppice.Ref{}, hanging: map[string][]chan struct{}{},
		parents: map[string]string{}, parts: map[*Spec]*supervisor.Partition{}, asking: map[string]string{}, sent: map[[2]string]int{}, heard: map[[2]string]int{},
	}
	s.n = coppice.NewNode(options)
	ready := make(chan struct{})
	_, _ = coppice.Spawn(s.n, func(p *coppice.Process) error {
		s.witness = p
		close(ready)
		for {
			if down, ok := p.Receive().Body.(coppice.Down); ok {
				id := s.idOf(down.PID)
				s.ended(id)
				s.note("gone", "%s: %s after %q", id, textOf(down.Reason), s.termOf(id))
			}
		}
	})
	<-ready
	_, _ = s.keys.Start(s.n)
	s.own = s.n.Count()
	return s
}

// begins notes that a server runs: from now on its end frees its key before
// anybody hears of it. One that is killed while it registers may do so later.
func (s *system) begins(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begun[id] = true
}

// ended notes that the witness has heard of the end of a process: once.
func (s *system) ended(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ends[id] {
		s.fail("%s has ended twice", id)
	}
	s.ends[id] = true
	delete(s.living, id)
}

func (s *system) note(who, format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log[who] = append(s.log[who], fmt.Sprintf(format, args...))
}

func (s *system) idOf(pid coppice.PID) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ids[pid]
}

func (s *system) pidOf(id string) coppice.PID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pids[id]
}

func (s *system) specOf(id string) *Spec {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.specs[id]
}

func (s *system) termOf(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.terms[id]
}

// born notes that a process has come to run. It is called by that process.
func (s *system) born(p *coppice.Process, spec *Spec) {
	s.mu.Lock()
	defer s.mu.Unlock()
	pid := p.Self()
	if s.ids[pid] != "" {
		return // it has waited for its name, and tries again
	}
	s.starts[spec.Key]++
	id := name(spec.Key, s.starts[spec.Key])
	s.ids[pid], s.pids[id], s.specs[id] = id, pid, spec
	s.parents[id], s.living[id] = s.ids[p.Parent()], true
	if before := name(spec.Key, s.starts[spec.Key]-1); s.honest && s.begun[before] && s.parents[before] == s.parents[id] && !s.freed[before] {
		s.fail("%s begins before %s has ended", id, before)
	}
	s.noteChild(id, s.ids[p.Parent()], "born")
	_, _ = s.witness.Monitor(pid)
}

// noteChild tells of a child as World.noteChild does; mu is held.
func (s *system) noteChild(id, parent, what string) {
	if spec := s.specs[parent]; spec == nil || spec.Kind < Static || s.specs[id].Kind == Actor || s.specs[id].Kind == Task {
		return
	}
	from := id
	if !s.freed[parent] && s.specs[parent].Kind == Static {
		from = ""
	}
	s.log["children of "+parent] = append(s.log["children of "+parent], fmt.Sprintf("%s: %s %s", from, id, what))
}

// Register implements coppice.Resolver: the key of a process is its
// specification, and so the system hears of the birth and of the end of each in
// its order.
func (s *system) Register(ctx context.Context, key any, pid coppice.PID) error {
	spec, p := key.(*Spec), ctx.(*coppice.Process)
	s.born(p, spec)
	if spec.Name == "" {
		return nil
	}
	for range 1000 {
		err := s.register(p, spec.Name)
		if short(err) != "taken" {
			return err
		}
		if owner, err := s.named(spec.Name).Whereis(s.n); err == nil {
			return &coppice.AlreadyStartedError{Name: spec.Name, PID: owner}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail("the name %s is taken, and nobody has it", spec.Name)
	return coppice.ErrNameTaken
}

// Release implements coppice.Resolver.
func (s *system) Release(_ any, pid coppice.PID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id := s.ids[pid]; id != "" && !s.freed[id] {
		s.freed[id] = true
		s.noteChild(id, s.parents[id], "gone")
	}
}

// Whereis implements coppice.Resolver.
func (s *system) Whereis(context.Context, any) coppice.PID { return coppice.PID{} }

// child is the specification of a child.
func (s *system) child(spec *Spec) supervisor.ChildSpec {
	c := supervisor.ChildSpec{ID: spec.id(), Start: s.starter(spec), Significant: spec.Significant}
	if spec.First > 0 {
		c.Backoff = supervisor.Between(time.Duration(spec.First)*time.Millisecond, time.Duration(spec.Most)*time.Millisecond).Steady()
	}
	c.Restart = map[string]supervisor.Restart{"permanent": supervisor.Permanent, "transient": supervisor.Transient, "temporary": supervisor.Temporary}[spec.Restart]
	switch spec.Shutdown {
	case Infinity:
		c.Shutdown = supervisor.Infinity
	case Brutal:
		c.Shutdown = supervisor.BrutalKill
	default:
		c.Shutdown = supervisor.Within(time.Duration(spec.Shutdown) * time.Millisecond)
	}
	return c
}

// starter is what starts a process of a specification.
func (s *system) starter(spec *Spec) supervisor.Starter { return starting{s, spec} }

// A starting is a Starter whose process the system knows from its birth to its
// end.
type starting struct {
	s    *system
	spec *Spec
}

// StartLink implements supervisor.Starter.
func (st starting) StartLink(ctx context.Context) (coppice.PID, error) {
	s, spec := st.s, st.spec
	via := genserver.Name(coppice.Via{Resolver: s, Key: spec})
	limit := supervisor.AtMost(spec.Max, time.Duration(spec.Period)*time.Millisecond)
	auto := map[string]supervisor.AutoShutdown{"any": supervisor.AnySignificant, "all": supervisor.AllSignificant}[spec.Auto]
	room := supervisor.Capacity{}
	if spec.Limit >= 0 {
		room = supervisor.Max(spec.Limit)
	}
	strategy := map[string]supervisor.Strategy{"one_for_one": supervisor.OneForOne, "one_for_all": supervisor.OneForAll, "rest_for_one": supervisor.RestForOne}[spec.Strategy]
	switch {
	case spec.Parts:
		return s.partition(spec, func() *supervisor.Partition {
			return &supervisor.Partition{
				Child: func(i int) supervisor.ChildSpec { return s.child(spec.Children[i]) }, Partitions: len(spec.Children),
				Strategy: strategy, Restarts: limit, Options: []supervisor.Option{via},
			}
		}).StartLink(ctx)
	case spec.Kind == Static:
		sup := supervisor.Spec{Strategy: strategy, Restarts: limit, AutoShutdown: auto}
		for _, c := range spec.Children {
			sup.Children = append(sup.Children, s.child(c))
		}
		return supervisor.New(sup, via).StartLink(ctx)
	case spec.Kind == Dynamic:
		return (&supervisor.Dynamic[supervisor.ChildSpec]{Restarts: limit, MaxChildren: room, Options: []supervisor.Option{via}}).StartLink(ctx)
	case spec.Kind == Simple:
		return (&supervisor.Dynamic[*Spec]{Template: s.child, Restarts: limit, MaxChildren: room, AutoShutdown: auto, Options: []supervisor.Option{via}}).StartLink(ctx)
	}
	full := coppice.Reject
	if spec.Drop {
		full = coppice.DropNewest
	}
	return hands.With(job{s, spec}, via, genserver.MaxMailbox(spec.Room, full)).StartLink(ctx)
}

// partition is the one recipe of a PartitionSupervisor.
func (s *system) partition(spec *Spec, make func() *supervisor.Partition) *supervisor.Partition {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.parts[spec] == nil {
		s.parts[spec] = make()
	}
	return s.parts[spec]
}

// seen is what World.Seen is, of the system.
func (s *system) seen() string {
	s.mu.Lock()
	living := slices.Sorted(maps.Keys(s.living))
	s.mu.Unlock()
	var b strings.Builder
	keys := 0
	for _, id := range living {
		pid := s.pidOf(id)
		info, alive := coppice.Lookup(pid)
		if !alive {
			continue
		}
		spec := s.specOf(id)
		v := View{ID: id, Trap: info.Trapping, Told: info.ExitReason != nil, Name: info.Name, Links: s.idsOf(info.Links)}
		v.Idle = info.Status == coppice.Idle || info.Status == coppice.Receiving && spec.Kind == Actor
		v.Keys = s.keysOf(pid)
		keys += len(v.Keys)
		if spec.Kind < Static {
			v.Monitors = s.idsOf(info.Monitors)
		}
		if spec.Kind >= Static && v.Idle {
			v.Books = s.books(spec.Kind, pid)
		}
		b.WriteString(v.String())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.countKeys(keys)
	return b.String() + LogText(s.log)
}

// idsOf names processes; those that are none of ours are left out.
func (s *system) idsOf(pids []coppice.PID) (ids []string) {
	for _, pid := range pids {
		if id := s.idOf(pid); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

func (s *system) books(kind Kind, pid coppice.PID) string {
	children, err := supervisor.Children(s.n, pid)
	if err != nil {
		return err.Error()
	}
	var all []string
	for _, c := range slices.Backward(children) {
		switch {
		case c.Restarting:
			all = append(all, c.ID+"?")
		case !c.PID.IsZero():
			all = append(all, s.idOf(c.PID))
		case kind == Static:
			all = append(all, c.ID+"-")
		}
	}
	view, _ := supervisor.ViewOf(pid)
	return Books(kind, all, view.Used, int(view.Restarts))
}

// forget forgets what was seen.
func (s *system) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.log)
}

// The reasons of the model, and the library's.
var reasons = map[string]error{
	"normal": coppice.Normal, "shutdown": coppice.Shutdown, "kill": coppice.Kill, "killed": coppice.Killed, "noproc": coppice.NoProc,
	"goexit": coppice.Goexit, "timeout": coppice.Timeout, "calling_self": coppice.CallingSelf, "ignore": coppice.Ignore,
	"boom": errors.New("boom"), "other": errors.New("other"), "{shutdown,why}": &coppice.ShutdownError{Detail: "why"},
	"wrapped": fmt.Errorf("wrapped: %w", coppice.Shutdown),

	"not_owner": &task.NotOwnerError{},
	"not_found": supervisor.ErrNotFound, "running": supervisor.ErrRunning, "restarting": supervisor.ErrRestarting,
	"already_present": supervisor.ErrAlreadyPresent, "max_children": supervisor.ErrMaxChildren, "simple_one_for_one": supervisor.ErrSimpleOneForOne,
}

// textOf is a reason in the model's words.
func textOf(reason error) string {
	for text, err := range reasons {
		if err == reason {
			return text
		}
	}
	switch e := reason.(type) {
	case *coppice.PanicError:
		return "panic"
	case *coppice.ShutdownError:
		if inner, ok := e.Detail.(error); ok {
			return "{shutdown," + textOf(inner) + "}"
		}
		return fmt.Sprintf("{shutdown,%v}", e.Detail)
	case *supervisor.StartError:
		return fmt.Sprintf("failed(%s,%s)", e.ID, textOf(e.Reason))
	case *coppice.AlreadyStartedError:
		return "taken"
	case *genserver.NotAcceptedError:
		return "refused"
	case *coppice.FullError:
		return "full"
	case *task.NotOwnerError:
		return "not_owner"
	case *coppice.CallError:
		return "call(" + textOf(e.Reason) + ")"
	}
	return fmt.Sprintf("%T: %v", reason, reason)
}
