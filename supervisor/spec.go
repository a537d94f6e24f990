package supervisor

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice/internal/restart"
)

// A Restart says whether a child that ended is started again.
type Restart uint8

// The three kinds of children.
const (
	Permanent Restart = iota // always
	Transient                // only after an abnormal end
	Temporary                // never
)

// String gives OTP's word.
func (r Restart) String() string { return restart.Restart(r).String() }

// A Strategy says which children are restarted together.
type Strategy uint8

// The three strategies.
const (
	OneForOne  Strategy = iota // only the one that ended
	OneForAll                  // all of them
	RestForOne                 // it and those started after it
)

// String gives OTP's word.
func (s Strategy) String() string { return restart.Strategy(s).String() }

// An AutoShutdown says when the ends of significant children end the
// supervisor.
type AutoShutdown uint8

// The three kinds of automatic shutdown.
const (
	Never          AutoShutdown = iota // a significant child is not allowed
	AnySignificant                     // when one of them ends by itself and is not restarted
	AllSignificant                     // when the last of them does
)

// String gives OTP's word.
func (a AutoShutdown) String() string { return restart.AutoShutdown(a).String() }

// A Type says whether a child is a supervisor itself.
type Type uint8

// The types of children.
const (
	AsStarted   Type = iota // a worker, or a supervisor if Start is one of this package
	Worker                  // it has 5 s to stop, by default
	ASupervisor             // it has all the time that it needs to stop, by default
	typesDefined
)

// String gives OTP's word.
func (t Type) String() string {
	switch t {
	case AsStarted:
		return "as started"
	case Worker:
		return "worker"
	case ASupervisor:
		return "supervisor"
	}
	return fmt.Sprintf("Type(%d)", t)
}

// A Shutdown says how a child is stopped. The zero Shutdown is the default:
// Within(5 s) for a worker and Infinity for a supervisor.
type Shutdown struct {
	how uint8
	d   time.Duration
}

const (
	byDefault uint8 = iota
	brutalKill
	within
	infinity
)

var (
	// BrutalKill kills the child at once.
	BrutalKill = Shutdown{how: brutalKill}
	// Infinity tells the child to end and waits for ever.
	Infinity = Shutdown{how: infinity}
)

// Within tells the child to end, waits no longer than d, and then kills it.
func Within(d time.Duration) Shutdown { return Shutdown{within, d} }

// limit returns how long the child may take: negative for ever. With kill it is
// not told but killed.
func (s Shutdown) limit() (d time.Duration, kill bool) {
	switch s.how {
	case brutalKill:
		return -1, true
	case within:
		return s.d, false
	}
	return -1, false
}

// String gives OTP's form: milliseconds, infinity or brutal_kill.
func (s Shutdown) String() string {
	switch s.how {
	case brutalKill:
		return "brutal_kill"
	case within:
		return fmt.Sprint(s.d.Milliseconds())
	case infinity:
		return "infinity"
	}
	return "default"
}

// A Limit is how many restarts a supervisor makes within a period before it
// gives up. The zero Limit is three in five seconds, as in Elixir.
type Limit struct {
	set    bool
	n      int
	period time.Duration
}

// AtMost is the limit of n restarts (0: none) within period.
func AtMost(n int, period time.Duration) Limit { return Limit{true, n, period} }

func (l Limit) values() (n int, period time.Duration) {
	if !l.set {
		return 3, 5 * time.Second
	}
	return l.n, l.period
}

// String says it in words.
func (l Limit) String() string {
	n, period := l.values()
	text := period.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	return fmt.Sprintf("%d in %s", n, text)
}

// A Capacity is how many children a Dynamic may have. The zero Capacity is any
// number.
type Capacity struct {
	set bool
	n   int
}

// Max is the capacity of n children, which may be 0.
func Max(n int) Capacity { return Capacity{true, n} }

// A ChildSpec says how a child is started, restarted and stopped. It answers to
// OTP's child_spec().
type ChildSpec struct {
	ID          string   // the supervisor's own name for it; a Dynamic needs none
	Start       Starter  // what to start: a server With its argument, a Supervisor, a Body, …
	Restart     Restart  // whether it is started again
	Backoff     Backoff  // after which wait
	Shutdown    Shutdown // how it is stopped
	Type        Type     // whether it is a supervisor
	Significant bool     // its end may end the supervisor, see AutoShutdown
}

// withDefaults fills in what was not said.
func (c ChildSpec) withDefaults() ChildSpec {
	if c.Type == AsStarted {
		c.Type = Worker
		if sup, ok := c.Start.(interface{ IsSupervisor() bool }); ok && sup.IsSupervisor() {
			c.Type = ASupervisor
		}
	}
	if c.Shutdown.how == byDefault {
		c.Shutdown = Within(5 * time.Second)
		if c.Type == ASupervisor {
			c.Shutdown = Infinity
		}
	}
	return c
}

// A Spec says what a supervisor supervises, and how. Its zero value is a
// one_for_one supervisor without children. It answers to OTP's sup_flags() and
// list of child specifications.
type Spec struct {
	Strategy     Strategy
	Restarts     Limit
	AutoShutdown AutoShutdown
	Children     []ChildSpec // in start order
}

// A SpecError says what is wrong with a specification.
type SpecError struct {
	Child string // the id, or "" where it is the supervisor's own
	What  string // OTP's word for it
	Value any    // what was said
	why   string
}

func (e *SpecError) Error() string {
	where := "supervisor"
	if e.Child != "" {
		where = fmt.Sprintf("supervisor: child %q", e.Child)
	}
	return fmt.Sprintf("%s: %s: %v: %s", where, e.What, e.Value, e.why)
}

// Validate reports the first thing that is wrong, as a *SpecError.
func (s Spec) Validate() error {
	if s.Strategy > RestForOne {
		return &SpecError{What: "invalid_strategy", Value: s.Strategy, why: "want OneForOne, OneForAll or RestForOne"}
	}
	if err := s.Restarts.validate(); err != nil {
		return err
	}
	if s.AutoShutdown > AllSignificant {
		return &SpecError{What: "invalid_auto_shutdown", Value: s.AutoShutdown, why: "want Never, AnySignificant or AllSignificant"}
	}
	seen := make(map[string]bool, len(s.Children))
	for _, c := range s.Children {
		if err := c.validate(s.AutoShutdown, true); err != nil {
			return err
		}
		if seen[c.ID] {
			return &SpecError{Child: c.ID, What: "duplicate_child_name", Value: c.ID, why: "ids are unique within a supervisor"}
		}
		seen[c.ID] = true
	}
	return nil
}

func (l Limit) validate() error {
	n, period := l.values()
	if n < 0 {
		return &SpecError{What: "invalid_intensity", Value: n, why: "the number of restarts must not be negative"}
	}
	if period <= 0 {
		return &SpecError{What: "invalid_period", Value: period, why: "the period must be positive"}
	}
	return nil
}

func (c ChildSpec) validate(auto AutoShutdown, needsID bool) error {
	bad := func(what string, value any, why string) error {
		return &SpecError{Child: c.ID, What: what, Value: value, why: why}
	}
	switch {
	case needsID && c.ID == "":
		return bad("missing_id", fmt.Sprintf("the child that starts %v", c.Start), "a child needs an ID")
	case c.Start == nil:
		return bad("missing_start", c.ID, "a child needs a Start")
	case c.Restart > Temporary:
		return bad("invalid_restart_type", c.Restart, "want Permanent, Transient or Temporary")
	case c.Significant && auto == Never:
		return bad("bad_combination", "auto_shutdown never, significant true", "a significant child needs an AutoShutdown")
	case c.Significant && c.Restart == Permanent:
		return bad("bad_combination", "restart permanent, significant true", "a permanent child is always restarted, so its end cannot end the supervisor")
	case c.Type >= typesDefined:
		return bad("invalid_child_type", c.Type, "want Worker or ASupervisor")
	case c.Backoff.wrong():
		return bad("invalid_backoff", c.Backoff, "the first wait must be positive, and the longest at least as long")
	case c.Shutdown.how == within && c.Shutdown.d < 0:
		return bad("invalid_shutdown", c.Shutdown.d, "the time must not be negative")
	}
	return nil
}
