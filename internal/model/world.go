package model

import (
	"fmt"
	"maps"
	"slices"
)

// A World is everything that is alive, at one moment. Processes are called by
// their key and how often that has been started: "w3#2".
type World struct {
	Now    int // milliseconds
	Procs  map[string]*Proc
	Starts map[string]int      // of each key
	Names  map[string]string   // registered names and keys, and whose they are
	Log    map[string][]string // what was seen by whom
	timers []timer
	ghosts []ghost
}

// A Kind says what a process is.
type Kind uint8

// The kinds of processes.
const (
	Actor   Kind = iota // of the function form: it waits for what it is told to do
	Worker              // a server
	Task                // it works out a value for the process that started it
	Static              // a supervisor of a list
	Dynamic             // a DynamicSupervisor
	Simple              // a simple_one_for_one
)

// A Spec is a process as a child: what it is, and how it is supervised.
type Spec struct {
	Key         string
	Kind        Kind
	Restart     string // permanent, transient or temporary
	Shutdown    int    // milliseconds, or one of the constants
	Significant bool
	First, Most int // of its back-off: how long the first restart waits, and each at most; 0: none does

	// Of workers:
	Trap bool
	Name string   // or key, as isKey tells, that it registers before anything else, or ""
	Init []string // what its starts are like, one after the other; "ok" then
	Term string   // what its terminate is like
	Room int      // how many messages may wait for it, or 0
	Drop bool     // what is sent when so many do is dropped, and not refused

	// Of tasks:
	Owner string // who starts it
	Alone bool   // it is not linked with its owner, and a child of a Dynamic
	Work  string // what comes of it: a value, or its end

	// Of supervisors:
	Strategy string // one_for_one, one_for_all or rest_for_one
	Auto     string // never, any or all
	Max      int    // restarts
	Period   int
	Limit    int // of a Dynamic: how many children it may have; negative: any number
	Children []*Spec

	// A PartitionSupervisor is a list of children with the ids 0, 1, …; it runs
	// once at most.
	Parts bool
	ID    string // as a child; the Key if ""
}

// id is how its supervisor calls a child.
func (s *Spec) id() string {
	if s.ID != "" {
		return s.ID
	}
	return s.Key
}

// What a Shutdown may be instead of a time.
const (
	Infinity = -1
	Brutal   = -2
)

// A Proc is a living process.
type Proc struct {
	ID     string
	Parent string
	spec   *Spec
	trap   bool
	fate   string // the reason with which it was told to end, or ""
	term   string // the reason with which its terminate was called, or ""
	name   string
	keys   []string
	links  []string
	inbox  []message
	todo   []act
	wait   wait
	result string // what the last wait has come to
	seq    int    // of what it waited for or watched

	monitors []monitor
	tasks    []monitor // those of its monitors, which may be gone, that are of tasks
	born     bool      // it has come to run
	refused  bool      // its name was taken
	placed   bool      // it is the one that runs, of a PartitionSupervisor
	begun    bool      // its start is over
	sup      *supervising
}

type monitor struct {
	n  int
	on string
}

// A message is in a mailbox.
type message struct {
	what   string // do, exit, down, call, stop, retry, due, tick, begin or value
	from   string
	reason string
	n      int // of the monitor, or of the request
	do     []Act
	child  string
	spec   *Spec
	free   bool // it does not count where there is a Room
}

// A wait is what a process waits for.
type wait struct {
	what  string // "", sleep, hang, call, start, stop, name, gone, asking, all, begin or task
	on    string // the process
	n     int    // of the request
	until int    // or 0: for ever
	soon  bool   // it has asked, and is about to wait
	ref   int    // of the monitor of a task

	// Of one that waits for an end that it has asked for: the reason that it has
	// asked for, once that is what the process ends with.
	taken string
}

// inLibrary reports whether who waits so can be unwound.
func (w wait) inLibrary() bool { return w.what != "" && w.what != "hang" && !w.soon }

// A timer is something that happens at its time.
type timer struct {
	at     int
	what   string // wake, kill, tick, exit or due
	from   string
	to     string
	reason string
	n      int // of the wait
	child  string
}

// New returns a world in which there is nothing.
func New() *World {
	return &World{Procs: map[string]*Proc{}, Starts: map[string]int{}, Names: map[string]string{}, Log: map[string][]string{}}
}

// Spawn starts an actor.
func (w *World) Spawn(key string, trap bool) string {
	return w.spawn("", &Spec{Key: key, Kind: Actor, Trap: trap}).ID
}

// Start starts a supervisor from outside.
func (w *World) Start(spec *Spec) string { return w.spawn("", spec).ID }

// Copy returns a copy in which nobody has seen anything yet.
func (w *World) Copy() *World {
	c := w.clone()
	clear(c.Log)
	return c
}

// Key is the whole of a world as text: those with the same key have the same
// future.
func (w *World) Key() string { return w.key() }

// Tell has a process do something, when it comes to that.
func (w *World) Tell(id string, do ...Act) {
	if p := w.Procs[id]; p != nil {
		w.send(p, message{what: "do", do: do})
	}
}

// Release has code that hangs go on.
func (w *World) Release(id string) {
	if p := w.Procs[id]; p != nil && p.wait.what == "hang" {
		p.wait = wait{}
	}
}

func (w *World) note(who, format string, args ...any) {
	w.Log[who] = append(w.Log[who], fmt.Sprintf(format, args...))
}

// next numbers what a process waits for or watches.
func (p *Proc) next() int {
	p.seq++
	return p.seq
}

// Idle reports whether a process has nothing to do and waits for nothing.
func (w *World) Idle(id string) bool {
	p := w.Procs[id]
	return p != nil && p.wait.what == "" && len(p.todo) == 0 && p.begun
}

// clone copies a world. What is never changed in place is shared.
func (w *World) clone() *World {
	c := &World{
		Now: w.Now, Procs: make(map[string]*Proc, len(w.Procs)),
		Starts: maps.Clone(w.Starts), Names: maps.Clone(w.Names), Log: make(map[string][]string, len(w.Log)),
		timers: slices.Clone(w.timers), ghosts: slices.Clone(w.ghosts),
	}
	for who, lines := range w.Log {
		c.Log[who] = slices.Clip(lines)
	}
	for id, p := range w.Procs {
		q := *p
		q.links, q.inbox, q.todo = slices.Clone(p.links), slices.Clone(p.inbox), slices.Clone(p.todo)
		q.monitors, q.tasks, q.keys = slices.Clone(p.monitors), slices.Clone(p.tasks), slices.Clone(p.keys)
		if p.sup != nil {
			q.sup = p.sup.clone()
		}
		c.Procs[id] = &q
	}
	return c
}
