package conformance

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// codes keeps the words of a script that are no values of a Go type, such as
// restart=sometimes. Each gets a number, by which a value of that type can carry
// it to the library and, in a SpecError, back.
type codes struct {
	mu    sync.Mutex
	words []Term // guarded by mu
}

// code gives the number of a term.
func (c *codes) code(t Term) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, word := range c.words {
		if equalTerms(word, t) {
			return i
		}
	}
	c.words = append(c.words, t)
	return len(c.words) - 1
}

// word gives the term of a number, as text.
func (c *codes) word(code int) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if code < 0 || code >= len(c.words) {
		return "?"
	}
	return c.words[code].trace()
}

// firstCode is the number of code 0 in the small types of package supervisor,
// which have no such values, and noNumber in place of a number.
const (
	firstCode = 100
	noNumber  = math.MinInt / 2
)

// choose gives the value that a word stands for.
func choose[T ~uint8](c *codes, t Term, values map[Atom]T) T {
	if t == nil {
		return 0
	}
	word, _ := t.(Atom)
	if v, ok := values[word]; ok {
		return v
	}
	return T(firstCode + c.code(t))
}

// number gives the value of a number, or otherwise if it is not given.
func (c *codes) number(t Term, otherwise int) int {
	switch t := t.(type) {
	case nil:
		return otherwise
	case Int:
		return int(t)
	}
	return noNumber + c.code(t)
}

var (
	strategies = map[Atom]supervisor.Strategy{
		"one_for_one": supervisor.OneForOne, "one_for_all": supervisor.OneForAll, "rest_for_one": supervisor.RestForOne,
	}
	restarts = map[Atom]supervisor.Restart{
		"permanent": supervisor.Permanent, "transient": supervisor.Transient, "temporary": supervisor.Temporary,
	}
	autoShutdowns = map[Atom]supervisor.AutoShutdown{
		"never": supervisor.Never, "any_significant": supervisor.AnySignificant, "all_significant": supervisor.AllSignificant,
	}
	types = map[Atom]supervisor.Type{"worker": supervisor.Worker, "supervisor": supervisor.ASupervisor}
)

// spec gives the specification of a definition as a child.
func (r *run) spec(name string) supervisor.ChildSpec {
	d := r.scenario.Defs[name]
	spec := supervisor.ChildSpec{
		ID:          name,
		Start:       starter{r, name},
		Restart:     choose(&r.codes, d.Restart, restarts),
		Shutdown:    r.shutdown(d.Shutdown),
		Type:        supervisor.Worker,
		Significant: d.Significant == Term(Atom("true")),
	}
	if d.ID != nil {
		spec.ID = d.ID.trace()
	}
	if d.Type != nil {
		spec.Type = choose(&r.codes, d.Type, types)
	} else if r.kinds[d.Kind].supervises {
		spec.Type = supervisor.ASupervisor
	}
	return spec
}

func (r *run) shutdown(t Term) supervisor.Shutdown {
	switch t {
	case nil:
		return supervisor.Shutdown{}
	case Atom("brutal_kill"):
		return supervisor.BrutalKill
	case Atom("infinity"):
		return supervisor.Infinity
	}
	if ms, ok := t.(Int); ok {
		return supervisor.Within(milliseconds(int(ms)))
	}
	return supervisor.Within(time.Duration(noNumber + r.codes.code(t)))
}

// limit gives the restart intensity of a definition.
func (r *run) limit(d *Def) supervisor.Limit {
	if d.Intensity == nil && d.Period == nil {
		return supervisor.Limit{}
	}
	period := time.Duration(r.codes.number(d.Period, 5))
	if period > noNumber/2 {
		period *= time.Second
	}
	return supervisor.AtMost(r.codes.number(d.Intensity, 3), period)
}

func (r *run) options(d *Def) (options []supervisor.Option) {
	if addr := r.register(d); addr != nil {
		options = append(options, supervisor.Name(addr))
	}
	return options
}

// A starter starts a definition, linked with a supervisor.
type starter struct {
	run  *run
	name string
}

// StartLink implements supervisor.Starter.
func (s starter) StartLink(ctx context.Context) (coppice.PID, error) {
	p := ctx.(*coppice.Process)
	pid, err := s.run.start(p, s.name, 0)
	if noName(err) && s.run.kindOf(p.Self()) != DynSup {
		err = scripted("{EXIT," + badArgument + "}") // Erlang's supervisors catch, Elixir's rescues
	}
	return pid, err
}

func startSup(r *run, p *coppice.Process, d *Def, name string, _ time.Duration) (coppice.PID, error) {
	if d.Strategy == Term(Atom("simple_one_for_one")) {
		sup := supervisor.Dynamic[string]{
			Template:     func(child string) supervisor.ChildSpec { return r.templateOf(d, child) },
			Restarts:     r.limit(d),
			AutoShutdown: choose(&r.codes, d.AutoShutdown, autoShutdowns),
			Options:      r.options(d),
			Init:         r.supStarted(name),
		}
		return sup.StartLink(p)
	}
	init := func(p *coppice.Process) (supervisor.Spec, error) {
		spec := supervisor.Spec{
			Strategy:     choose(&r.codes, d.Strategy, strategies),
			Restarts:     r.limit(d),
			AutoShutdown: choose(&r.codes, d.AutoShutdown, autoShutdowns),
		}
		for _, child := range d.Children {
			spec.Children = append(spec.Children, r.spec(child))
		}
		return spec, r.supStarted(name)(p)
	}
	return supervisor.Func(init, r.options(d)...).StartLink(p)
}

func startDynSup(r *run, p *coppice.Process, d *Def, name string, _ time.Duration) (coppice.PID, error) {
	sup := supervisor.Dynamic[supervisor.ChildSpec]{
		Restarts: r.limit(d),
		Options:  r.options(d),
		Init:     r.supStarted(name),
	}
	if d.MaxChildren != nil {
		sup.MaxChildren = supervisor.Max(r.codes.number(d.MaxChildren, 0))
	}
	return sup.StartLink(p)
}

// templateOf is the specification of a child of a simple_one_for_one
// supervisor: that of the template, but for what is started.
func (r *run) templateOf(d *Def, child string) supervisor.ChildSpec {
	spec := r.spec(d.Template)
	spec.Start = &templateStarter{starter: starter{r, child}}
	return spec
}

// template is the specification in which a simple_one_for_one supervisor of OTP
// has the only one, under its id: here each child has one of its own.
func (r *run) template(d *Def) (spec supervisor.ChildSpec) {
	if !d.isSimple() {
		return spec
	}
	spec = r.spec(d.Template)
	if spec.Shutdown == (supervisor.Shutdown{}) {
		spec.Shutdown = supervisor.Within(standard * time.Millisecond)
		if spec.Type == supervisor.ASupervisor {
			spec.Shutdown = supervisor.Infinity
		}
	}
	return spec
}

// supStarted is what a supervisor does when it begins.
func (r *run) supStarted(name string) func(*coppice.Process) error {
	return func(p *coppice.Process) error {
		r.enrollSelf(p, name).say("init")
		return nil
	}
}

// badSpec gives OTP's term for what is wrong with a specification.
func (c *codes) badSpec(e *supervisor.SpecError) string {
	if e.What == "bad_combination" {
		pairs := strings.ReplaceAll(fmt.Sprint(e.Value), ", ", "},{")
		return "{bad_combination,[{" + strings.ReplaceAll(pairs, " ", ",") + "}]}"
	}
	return "{" + e.What + "," + c.value(e) + "}"
}

func (c *codes) value(e *supervisor.SpecError) string {
	switch v := e.Value.(type) {
	case supervisor.Strategy:
		return c.word(int(v) - firstCode)
	case supervisor.Restart:
		return c.word(int(v) - firstCode)
	case supervisor.AutoShutdown:
		return c.word(int(v) - firstCode)
	case supervisor.Type:
		return c.word(int(v) - firstCode)
	case int:
		if v < noNumber/2 {
			return c.word(v - noNumber)
		}
	case time.Duration:
		switch {
		case v < noNumber/2:
			return c.word(int(v) - noNumber)
		case e.What == "invalid_period":
			return fmt.Sprint(int(v / time.Second))
		}
		return fmt.Sprint(v.Milliseconds())
	}
	return fmt.Sprint(e.Value)
}

// startReason gives the reason for which a supervisor with a wrong
// specification does not start.
func (c *codes) startReason(e *supervisor.SpecError) string {
	switch e.What {
	case "invalid_strategy", "invalid_intensity", "invalid_period", "invalid_auto_shutdown", "invalid_max_children":
		return "{supervisor_data," + c.badSpec(e) + "}"
	}
	return "{start_spec," + c.badSpec(e) + "}"
}
