package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/registry"
)

// A scriptedRegistry has terms for keys, as their text, since terms cannot be
// compared by ==.
type scriptedRegistry = registry.Registry[string, Term]

// The recipes of a run are those that its processes share, by definition.
type recipes struct {
	mu         sync.Mutex // guards what follows
	registries map[string]*scriptedRegistry
	partitions map[string]*partitioned

	nameless sync.Map // by PID, see listened: the key
}

var registryKinds = map[Kind]kind{Registry: {
	start:      startRegistry,
	entry:      func(r *run, d *Def, key Term) coppice.Addr { return r.registryEntry(d, key) },
	supervises: true,
}}

// registry is that of a definition, which need not run.
func (r *run) registry(name string) *scriptedRegistry {
	d := r.scenario.Defs[name]
	r.recipes.mu.Lock()
	defer r.recipes.mu.Unlock()
	if reg, ok := r.recipes.registries[name]; ok {
		return reg
	}
	o := registry.Options{Name: coppice.Name(name)}
	if d.Keys == Term(Atom("duplicate")) {
		o.Keys = registry.Duplicate
	}
	if n, ok := d.Partitions.(Int); ok {
		o.Partitions = int(n)
	}
	if d.Listener != "" {
		o.Listeners = []coppice.Name{coppice.Name(d.Listener)}
	}
	reg := registry.New[string, Term](o)
	if r.recipes.registries == nil {
		r.recipes.registries = map[string]*scriptedRegistry{}
	}
	r.recipes.registries[name] = reg
	return reg
}

// registryEntry is the address of an entry. A server that is started under it
// has the value nil, as in Elixir.
func (r *run) registryEntry(d *Def, key Term) coppice.Addr {
	reg := r.registry(d.Name)
	if reg.Kind() != registry.Unique {
		return coppice.Via{Resolver: nobody{}, Key: key.String()}
	}
	via := reg.ViaWith(key.String(), Atom("nil"))
	return coppice.Via{Resolver: listened{via.Resolver, r, coppice.Name(d.Listener)}, Key: via.Key}
}

// listened is the Resolver of a registry. It registers a worker before that has
// its name here, so a listener does not know it yet, unless it is busy meanwhile.
// Where the listener is not there Elixir ends the process that starts as it ends
// any that sends to nobody.
type listened struct {
	coppice.Resolver
	run      *run
	listener coppice.Name
}

func (l listened) Register(ctx context.Context, key any, pid coppice.PID) error {
	if l.run.waits(coppice.Whereis(ctx, l.listener)) {
		l.run.recipes.nameless.Store(pid, fmt.Sprint(key))
	}
	err := l.Resolver.Register(ctx, key, pid)
	if errors.Is(err, coppice.ErrNoName) {
		return scripted(badArgument)
	}
	return err
}

// waits reports whether a process of the scenario waits for its next message.
func (r *run) waits(pid coppice.PID) bool {
	a := r.books.of(pid)
	info, _ := coppice.Lookup(pid)
	return a != nil && info.Mailbox == 0 &&
		(info.Status == coppice.Idle || info.Status == coppice.Receiving && place(a.place.Load()) == loop)
}

// unregistered tells the listener that who has failed to start has no entry any
// more. In OTP such a process takes it back itself, if it can, while the library
// has nobody hear of the end of a process.
func (r *run) unregistered(p *coppice.Process, d *Def, who lane, why error) {
	t, err := parseTarget(d.Via)
	if err != nil || t.form != byEntry || why == coppice.Timeout || why == coppice.Killed {
		return
	}
	if reg := r.scenario.Defs[t.name]; reg.Kind == Registry && reg.Listener != "" {
		pid := r.books.get(who.name, who.inc).pid
		message := registry.Unregistered[string, Term]{Registry: r.registry(t.name), Key: t.key.String(), PID: pid}
		_ = coppice.Send(p, coppice.Name(reg.Listener), message) // the error is that there is none
	}
}

// nobody is the Resolver of a registry of duplicate keys: the library has none,
// and a script that tries gets Elixir's answer.
type nobody struct{}

func (nobody) Register(context.Context, any, coppice.PID) error { return registry.ErrDuplicate }
func (nobody) Release(any, coppice.PID)                         {}
func (nobody) Whereis(context.Context, any) coppice.PID         { return coppice.PID{} }

// unusable reports whether an entry is one of a registry that does not run or has
// duplicate keys. To look for it raises an exception in Elixir.
func (r *run) unusable(ctx context.Context, d *Def, key Term) bool {
	reg := r.registry(d.Name)
	_, err := reg.Find(ctx, key.String())
	return reg.Kind() != registry.Unique || errors.Is(err, registry.ErrNotRunning)
}

func startRegistry(r *run, p *coppice.Process, d *Def, name string, _ time.Duration) (coppice.PID, error) {
	pid, err := r.registry(d.Name).StartLink(p)
	return r.announce(p, name, pid, err)
}

// announce traces the start of what has no code of the runner's in it: its
// starter does that.
func (r *run) announce(p *coppice.Process, name string, pid coppice.PID, err error) (coppice.PID, error) {
	if err != nil {
		return pid, err
	}
	who := r.enroll(p, name, pid).lane
	r.write(p, who, "init "+who.String())
	return pid, nil
}

// registryOps are the operations on registries.
var registryOps = map[string]operation{
	"reg_register":   onRegistry(regRegister),
	"reg_unregister": onRegistry(regUnregister),
	"reg_update":     onRegistry(regUpdate),
	"reg_dispatch":   onRegistry(regDispatch),
	"reg_match":      onRegistry(regMatch),
	"reg_select":     onRegistry(regSelect),
	"reg_count":      onRegistry(regCount),
	"lookup":         onRegistry(lookup),
	"values":         ofProcess(2, values),
	"keys":           ofProcess(1, keys),
	"put_meta":       onRegistry(putMeta),
	"meta":           onRegistry(meta),
}

// onRegistry makes an operation of one that can fail.
func onRegistry(f func(*actor, *Step, *scriptedRegistry) (string, error)) operation {
	return func(a *actor, s *Step) string {
		if d := a.run.scenario.Defs[s.Args[0]]; d == nil || d.Kind != Registry {
			return a.ofNoRegistry(s, d)
		}
		result, err := f(a, s, a.run.registry(s.Args[0]))
		if err != nil {
			return badArgument
		}
		return result
	}
}

// ofNoRegistry is the result of an operation on a registry that is none. A
// partition supervisor that runs has a table of its own, without metadata.
func (a *actor) ofNoRegistry(s *Step, d *Def) string {
	if s.Verb == "meta" && d != nil && d.Kind == PartSup {
		if _, err := a.run.partitionsOf(d).Count(a.p); err == nil {
			return "error"
		}
	}
	return badArgument
}

// ofProcess is onRegistry for an operation about a process: argument i, or
// else who executes it.
func ofProcess(i int, f func(*actor, *Step, *scriptedRegistry, coppice.PID) (string, error)) operation {
	return func(a *actor, s *Step) string {
		target := "self"
		if len(s.Args) > i {
			target = s.Args[i]
		}
		return a.withPID(target, func(pid coppice.PID) string {
			return onRegistry(func(a *actor, s *Step, reg *scriptedRegistry) (string, error) {
				return f(a, s, reg, pid)
			})(a, s)
		})
	}
}

func (a *actor) key(s *Step) string { return a.term(s, 1).String() }

func regRegister(a *actor, s *Step, reg *scriptedRegistry) (string, error) {
	err := reg.Register(a.p, a.key(s), a.term(s, 2))
	if e, ok := err.(*registry.AlreadyRegisteredError); ok {
		return "error {already_registered," + a.run.name(e.PID) + "}", nil
	}
	return "ok", err
}

func regUnregister(a *actor, s *Step, reg *scriptedRegistry) (string, error) {
	return "ok", reg.Unregister(a.p, a.key(s))
}

func regUpdate(a *actor, s *Step, reg *scriptedRegistry) (string, error) {
	value := a.term(s, 2)
	now, old, err := reg.Update(a.p, a.key(s), func(Term) Term { return value })
	if err == registry.ErrNotOwner {
		return "error", nil
	}
	if err != nil {
		return "", err
	}
	return "{" + now.trace() + "," + old.trace() + "}", nil
}

func regDispatch(a *actor, s *Step, reg *scriptedRegistry) (string, error) {
	message := a.term(s, 2)
	return "ok", reg.Dispatch(a.p, a.key(s), func(entries []registry.Entry[Term]) {
		for _, e := range entries {
			_ = coppice.Send(a.p, e.PID, Tuple{message, e.Value})
		}
	})
}

func lookup(a *actor, s *Step, reg *scriptedRegistry) (string, error) {
	entries, err := reg.Lookup(a.p, a.key(s))
	return a.run.entries(entries), err
}

func regMatch(a *actor, s *Step, reg *scriptedRegistry) (string, error) {
	pattern := a.term(s, 2)
	entries, err := reg.Match(a.p, a.key(s), func(value Term) bool { return matches(pattern, value) })
	return a.run.entries(entries), err
}

// matches tells whether a term matches a pattern, in which _ stands for any.
func matches(pattern, value Term) bool {
	if pattern == Term(Atom("_")) {
		return true
	}
	var some, others []Term
	switch p := pattern.(type) {
	case Tuple:
		v, ok := value.(Tuple)
		if !ok {
			return false
		}
		some, others = p, v
	case List:
		v, ok := value.(List)
		if !ok {
			return false
		}
		some, others = p, v
	default:
		return equalTerms(pattern, value)
	}
	return slices.EqualFunc(some, others, matches)
}

func regSelect(a *actor, s *Step, reg *scriptedRegistry) (string, error) {
	all, err := reg.Select(a.p, nil)
	if err != nil {
		return "", err
	}
	var list []string
	for key, e := range all {
		list = append(list, fmt.Sprintf("{%s,%s,%s}", traceOf(key), a.run.name(e.PID), e.Value.trace()))
	}
	return sorted(list), nil
}

func regCount(a *actor, _ *Step, reg *scriptedRegistry) (string, error) {
	n, err := reg.Count(a.p)
	return fmt.Sprint(n), err
}

func values(a *actor, s *Step, reg *scriptedRegistry, pid coppice.PID) (string, error) {
	all, err := reg.Values(a.p, a.key(s), pid)
	var list []string
	for _, v := range all {
		list = append(list, v.trace())
	}
	return sorted(list), err
}

func keys(a *actor, _ *Step, reg *scriptedRegistry, pid coppice.PID) (string, error) {
	all, err := reg.Keys(a.p, pid)
	var list []string
	for _, key := range all {
		list = append(list, traceOf(key))
	}
	return sorted(list), err
}

func putMeta(a *actor, s *Step, reg *scriptedRegistry) (string, error) {
	return "ok", registry.Meta[Term]{Name: a.key(s)}.Put(a.p, reg, a.term(s, 2))
}

func meta(a *actor, s *Step, reg *scriptedRegistry) (string, error) {
	value, ok, err := registry.Meta[Term]{Name: a.key(s)}.Get(a.p, reg)
	if err != nil || !ok {
		return "error", err
	}
	return "{ok," + value.trace() + "}", nil
}

func (r *run) entries(entries []registry.Entry[Term]) string {
	var list []string
	for _, e := range entries {
		list = append(list, "{"+r.name(e.PID)+","+e.Value.trace()+"}")
	}
	return sorted(list)
}

func sorted(list []string) string {
	slices.Sort(list)
	return "[" + strings.Join(list, ",") + "]"
}

// traceOf gives the text of a key in a trace.
func traceOf(key string) string {
	t, err := ParseTerm(key)
	if err != nil {
		return key
	}
	return t.trace()
}

// heard gives the text of what a registry tells its listeners.
func (r *run) heard(message any) (text string, ok bool) {
	switch m := message.(type) {
	case registry.Registered[string, Term]:
		who := r.name(m.PID)
		if key, _ := r.recipes.nameless.Load(m.PID); key == m.Key && r.kindOf(m.PID) == Worker {
			who = "pid"
		}
		return fmt.Sprintf("{register,%s,%s,%s,%s}", r.registryName(m.Registry), traceOf(m.Key), who, m.Value.trace()), true
	case registry.Unregistered[string, Term]:
		return fmt.Sprintf("{unregister,%s,%s,%s}", r.registryName(m.Registry), traceOf(m.Key), r.name(m.PID)), true
	}
	return "", false
}

// registryName is the name of the definition.
func (r *run) registryName(reg *scriptedRegistry) string {
	r.recipes.mu.Lock()
	defer r.recipes.mu.Unlock()
	for name, other := range r.recipes.registries {
		if other == reg {
			return name
		}
	}
	return "?"
}
