package inspect

import "time"

// A Process is one row of the table of processes.
type Process struct {
	PID          string  `json:"pid"`
	Name         string  `json:"name,omitempty"`  // its registered name
	Label        string  `json:"label,omitempty"` // what it runs
	ID           string  `json:"id,omitempty"`    // its child id, under a supervisor
	Kind         string  `json:"kind"`            // supervisor, server, statem or process
	Status       string  `json:"status"`          // see coppice.Status; also zombie, and restarting: a child that has no process
	AgeNS        int64   `json:"age_ns"`          // for how long it has been in that status; -1: unknown
	Parent       string  `json:"parent,omitempty"`
	Children     int     `json:"children"`         // processes that it has started
	Restarts     int     `json:"restarts"`         // of this child, in all; of a supervisor: that it has made
	Recent       int     `json:"recent"`           // of these, in the last five minutes
	Budget       *Budget `json:"budget,omitempty"` // of a supervisor
	Mailbox      int     `json:"mailbox"`
	HighWater    int     `json:"high_water"` // the longest that the mailbox has been
	Received     uint64  `json:"received"`
	Sent         uint64  `json:"sent"`
	In           float64 `json:"in"`             // messages a second, lately
	Out          float64 `json:"out"`            // sent
	BusyNS       int64   `json:"busy_ns"`        // time in its handlers, in all
	Busy         float64 `json:"busy"`           // as a share of the time lately, from 0 to 1
	HandlerP99NS int64   `json:"handler_p99_ns"` // no message in a hundred takes it longer, see coppice.Stats; 0: not known yet
	UptimeNS     int64   `json:"uptime_ns"`
	LastExit     string  `json:"last_exit,omitempty"` // why its predecessor ended
	Current      string  `json:"current,omitempty"`   // the type of the message that it handles

	Due *time.Time `json:"due,omitempty"` // when a child that waits for its restart gets one
}

// A Budget says how many restarts a supervisor has made within its period, of
// how many before it gives up.
type Budget struct {
	Used     int   `json:"used"`
	Max      int   `json:"max"`
	PeriodNS int64 `json:"period_ns"`
}

// A TreeRow is a row of the tree of processes, which is given in preorder: each
// process is followed by those that it has started.
type TreeRow struct {
	Process
	Level int  `json:"level"` // 1: nobody above
	Pos   int  `json:"pos"`   // its place among its siblings, from 1
	Size  int  `json:"size"`  // siblings in all
	Open  bool `json:"open"`  // its children follow
	Pool  int  `json:"pool,omitempty"`
	// Pool > 0: not a process but a fold, so many more children of Parent.
}

// A Detail is what there is to know of one process.
type Detail struct {
	Process
	Ancestors   []Ref     `json:"ancestors,omitempty"` // the nearest first
	Callers     []Ref     `json:"callers,omitempty"`   // for whom it works
	Links       []Ref     `json:"links,omitempty"`
	Monitors    []Ref     `json:"monitors,omitempty"`
	MonitoredBy []Ref     `json:"monitored_by,omitempty"`
	Trapping    bool      `json:"trapping"`
	Pending     int       `json:"pending"` // requests that it has not answered
	ExitReason  string    `json:"exit_reason,omitempty"`
	Accepts     []Message `json:"accepts"`            // messages of exported types that it has handlers for
	Argument    *Type     `json:"argument,omitempty"` // of a supervisor with a template: what start_child takes
	Spec        []Pair    `json:"spec,omitempty"`     // how it is supervised, and how it supervises
	Queue       []string  `json:"queue,omitempty"`    // the types of the first messages that wait
}

// A Ref is a process that another one has to do with.
type Ref struct {
	PID   string `json:"pid"`
	Name  string `json:"name,omitempty"`
	Label string `json:"label,omitempty"`
}

// A Crash is the report of a process that failed. When the same thing happens
// again it is counted here.
type Crash struct {
	ID         uint64    `json:"id"`
	First      time.Time `json:"first"`
	Last       time.Time `json:"last"`
	Count      int       `json:"count"`
	PID        string    `json:"pid"` // the last one, as all that follows
	Name       string    `json:"name,omitempty"`
	Label      string    `json:"label,omitempty"`
	Reason     string    `json:"reason"`
	Message    string    `json:"message,omitempty"` // what it was handling
	State      string    `json:"state,omitempty"`
	Decision   string    `json:"decision,omitempty"` // of its supervisor
	Stack      string    `json:"stack,omitempty"`
	Text       string    `json:"text,omitempty"` // the whole report
	Mailbox    int       `json:"mailbox"`        // messages that it left
	LifetimeNS int64     `json:"lifetime_ns"`
	Links      []Ref     `json:"links,omitempty"`
	Ancestors  []Ref     `json:"ancestors,omitempty"`
	Fell       []Ref     `json:"fell,omitempty"`   // who ended with it
	Flight     bool      `json:"flight,omitempty"` // there is a flight record of it
	Build      string    `json:"build,omitempty"`  // of the program
}

// An Event is something that happened on the node, in the order of Seq.
type Event struct {
	Seq        uint64    `json:"seq"`
	At         time.Time `json:"at"`
	Kind       string    `json:"kind"` // crash, restart, gave_up, start_error, shutdown_error, zombie or action
	Supervisor string    `json:"supervisor,omitempty"`
	SupName    string    `json:"supervisor_name,omitempty"`
	PID        string    `json:"pid,omitempty"`
	Name       string    `json:"name,omitempty"`  // of the process, where no supervisor tells
	Child      string    `json:"child,omitempty"` // the id of a child
	Reason     string    `json:"reason,omitempty"`
	Text       string    `json:"text"`
	Crash      uint64    `json:"crash,omitempty"` // the id of the report
}

// A Pair is a fact with its name.
type Pair struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// A Message is one that a server accepts.
type Message struct {
	Name  string `json:"name"` // without its package, unless two of a server would be called the same
	Kind  string `json:"kind"` // call, cast or info
	Type  Type   `json:"type"`
	Reply string `json:"reply,omitempty"` // of a call: the Go type of the reply
}

// A Type describes a Go type to somebody who is to write a value of it.
type Type struct {
	Go     string      `json:"go"`   // main.Save
	Kind   string      `json:"kind"` // string, number, bool, struct, list, map, pid, duration, time, any or other
	Elem   *Type       `json:"elem,omitempty"`
	Fields []TypeField `json:"fields,omitempty"`
}

// A TypeField is a field of a struct.
type TypeField struct {
	Name   string `json:"name"`
	Type   Type   `json:"type"`
	Secret bool   `json:"secret,omitempty"` // what is typed there is not to be seen
}

// A Value is a value as somebody wrote it, before its Go type is known: exactly
// one of the fields is set. What a Word is depends on the type that is wanted.
type Value struct {
	Word   *string  `json:"word,omitempty"`   // home_goal, 12, true, nil, match_123
	String *string  `json:"string,omitempty"` // "quoted": a string and nothing else
	List   *[]Value `json:"list,omitempty"`   // [a, b]
	Struct *Struct  `json:"struct,omitempty"` // {ID: "x"} or Save{Value: "x"}
}

// A Struct is a Value with named fields.
type Struct struct {
	Type   string  `json:"type,omitempty"` // "", Save or main.Save
	Fields []Field `json:"fields"`
}

// A Field is a field of a Struct.
type Field struct {
	Name  string `json:"name"`
	Value Value  `json:"value"`
}
