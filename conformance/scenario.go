// Package conformance executes the scenario files of the conformance oracle
// and compares their traces with those that Erlang/OTP gave. FORMAT.md, in this
// folder, describes the files; reference.exs is the runner on the BEAM.
package conformance

import "fmt"

// A Scenario is one parsed file. What a script leaves out is left out here
// too, so that the defaults of the library are what a trace shows.
type Scenario struct {
	File      string
	Defs      map[string]*Def
	Options   []string
	Unordered []string // lanes whose events are sorted in every block
	Blocks    [][]Step // never empty; all but the last step of a block have NoSettle
	Expected  []string // nil when the file is not blessed
}

// Reports tells whether the supervisors' error reports are to be traced.
func (s *Scenario) Reports() bool {
	for _, o := range s.Options {
		if o == "reports" {
			return true
		}
	}
	return false
}

// A Kind says what a definition defines.
type Kind string

// The kinds of definitions.
const (
	Worker   Kind = "worker"
	Proc     Kind = "proc"
	Sup      Kind = "sup"
	DynSup   Kind = "dynsup"
	TaskSup  Kind = "tasksup"
	Registry Kind = "registry"
	Agent    Kind = "agent"
	PartSup  Kind = "partsup"
)

// A Def is a definition. It has the attributes of all kinds; those that its
// kind does not have, or that are not given, are zero. Flags of supervisors are
// terms rather than numbers because scripts also give wrong ones, to see how
// they are refused.
type Def struct {
	Name string
	Kind Kind
	Line int

	Trap       bool
	Registered string // name=
	Via        string // reg:key
	Listener   string
	Init, Term []Term // modes by incarnation, the last one for all later ones

	ID, Restart, Shutdown, Significant, Type Term // child specification

	Strategy, Intensity, Period, AutoShutdown, MaxChildren Term
	Children                                               []string
	Template                                               string // of simple_one_for_one
	Child                                                  string // of a partsup

	Keys, Partitions, Value Term
}

// A Step is one operation.
type Step struct {
	Flags   Flags
	By      string // who executes it; empty for the driver
	Verb    string
	Args    []string
	As      string // label, or empty
	Options map[string]string
	Text    string // the line as it stands, trimmed
	Line    int
}

// Flags are the words in front of a step.
type Flags struct {
	NoSettle bool     // ! : the block goes on
	Sort     bool     // ~ : all events of the block are sorted
	SortOnly []string // ~a,b : the events of these lanes are sorted
}

// A SyntaxError says what is wrong with a scenario file, and where.
type SyntaxError struct {
	File string
	Line int
	What string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.What)
}
