package conformance

import (
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/registry"
)

// A worker is the state of a scripted server.
type worker struct {
	*actor
	def   *Def
	value Term
}

// A workerArg is what a worker is made of.
type workerArg struct {
	run  *run
	name string
}

// An ask is a call whose handler replies, and a defer one whose handler may
// leave that for later.
type (
	ask struct {
		genserver.Returns[Term]
		question
	}
	askLater struct {
		genserver.Returns[Term]
		question
	}
	// next is what a worker continues with.
	next struct{ what Term }
)

var workers = genserver.Define(newWorker,
	genserver.OnCall((*worker).call),
	genserver.OnCallLater((*worker).callLater),
	genserver.OnCast((*worker).cast),
	genserver.OnContinue((*worker).next),
	genserver.OnInfo((*worker).order),
	genserver.OnInfo((*worker).timeout),
	genserver.OnInfo((*worker).exited),
	genserver.OnInfo((*worker).down),
	genserver.OnInfo((*worker).aliased),
	genserver.OnInfo((*worker).registered),
	genserver.OnInfo((*worker).unregistered),
	genserver.OnInfo((*worker).term),
	genserver.OnTerminate((*worker).terminate),
	genserver.Replaceable[*worker](),
)

func startWorker(r *run, p *coppice.Process, d *Def, name string, limit time.Duration) (coppice.PID, error) {
	var options []genserver.Option
	if addr := r.register(d); addr != nil {
		options = append(options, genserver.Name(addr))
	}
	if limit > 0 {
		options = append(options, genserver.StartTimeout(limit))
	}
	return workers.With(workerArg{r, name}, options...).StartLink(p)
}

// mode gives the mode of an incarnation.
func mode(modes []Term, inc int) Term {
	if len(modes) == 0 {
		return Atom("ok")
	}
	return modes[min(inc, len(modes))-1]
}

func newWorker(p *coppice.Process, arg workerArg) (*worker, error) {
	r := arg.run
	d := r.scenario.Defs[definition(arg.name)]
	if d.Trap {
		p.TrapExit(true)
	}
	w := &worker{actor: r.enrollSelf(p, arg.name), def: d, value: Int(0)}
	m := mode(d.Init, w.lane.inc)
	if fails(m) {
		r.deaths.fail(w.lane)
	}
	if m == Term(Atom("ok")) {
		w.say("init")
	} else {
		w.say("init", m.trace())
	}
	return w, w.init(m)
}

// fails tells whether a start with this mode does not succeed.
func fails(m Term) bool {
	switch m := m.(type) {
	case Atom:
		return m == "ignore"
	case Tuple:
		tag, _ := m[0].(Atom)
		return tag == "stop" || tag == "crash" || tag == "exit"
	}
	return false
}

func (w *worker) init(m Term) error {
	if m == Term(Atom("ignore")) {
		return genserver.Ignore
	}
	if m == Term(Atom("hang")) {
		w.hang()
	}
	tuple, ok := m.(Tuple)
	if !ok {
		return nil
	}
	switch x := w.run.resolve(tuple[1]); tuple[0] {
	case Atom("stop"):
		return reasonOf(x)
	case Atom("slow"):
		w.nap(int(x.(Int)))
		w.say("inited")
	case Atom("timeout"):
		genserver.SetTimeout(w.p, milliseconds(int(x.(Int))))
	case Atom("continue"):
		genserver.Continue(w.p, next{x})
	default:
		return w.fail(tuple[0], x)
	}
	return nil
}

// fail does what {crash,M} and {exit,R} say wherever they stand.
func (w *worker) fail(how, x Term) error {
	switch how {
	case Atom("crash"):
		panic(crash(x.trace()))
	case Atom("exit"):
		w.p.Exit(reasonOf(x))
	}
	return nil
}

func (w *worker) terminate(_ *coppice.Process, reason error) error {
	w.say("terminate", w.run.reason(reason))
	m := mode(w.def.Term, w.lane.inc)
	if m == Term(Atom("hang")) {
		w.hang()
	}
	tuple, ok := m.(Tuple)
	if !ok {
		return nil
	}
	x := w.run.resolve(tuple[1])
	if tuple[0] == Term(Atom("slow")) {
		w.nap(int(x.(Int)))
		w.say("terminated")
	}
	return w.fail(tuple[0], x)
}

// answersLater tells whether a call is one that need not be replied to by its
// handler.
func answersLater(t Term) bool {
	switch t := t.(type) {
	case Atom:
		return t == "noreply"
	case Tuple:
		return len(t) == 2 && (t[0] == Term(Atom("early")) || t[0] == Term(Atom("defer"))) ||
			len(t) == 3 && t[0] == Term(Atom("twice"))
	}
	return false
}

func (w *worker) callLater(_ *coppice.Process, m askLater, from genserver.Reply[Term]) error {
	if x, ok := tagged(m.what, "early", 1); ok {
		from.Send(x[0])
	}
	if x, ok := tagged(m.what, "twice", 2); ok {
		from.Send(x[0])
		w.nap(30)
		from.Send(x[1])
	}
	if x, ok := tagged(m.what, "defer", 1); ok {
		if w.deferred == nil {
			w.deferred = map[string]genserver.Reply[Term]{}
		}
		w.deferred[x[0].String()] = from
	}
	return nil
}

func (w *worker) call(_ *coppice.Process, m ask) (Term, error) {
	switch m.what {
	case Atom("ping"):
		return Atom("pong"), nil
	case Atom("get"):
		return w.value, nil
	}
	t, _ := m.what.(Tuple)
	switch tag := first2(t); {
	case tag == "put" && len(t) == 2:
		w.value = t[1]
		return Atom("ok"), nil
	case (tag == "reply" || tag == "hibernate") && len(t) == 2:
		return t[1], nil
	case tag == "delay" && len(t) == 3 && isInt(t[1]):
		w.nap(int(t[1].(Int)))
		return t[2], nil
	case tag == "stop" && len(t) == 3:
		return t[2], genserver.Stop(reasonOf(t[1]))
	case tag == "stop" && len(t) == 2:
		return nil, genserver.StopNoReply(reasonOf(t[1]))
	case (tag == "exit" || tag == "crash") && len(t) == 2:
		return nil, w.fail(tag, t[1])
	case tag == "timeout" && len(t) == 3 && isInt(t[1]):
		genserver.SetTimeout(w.p, milliseconds(int(t[1].(Int))))
		return t[2], nil
	case tag == "continue" && len(t) == 3:
		genserver.Continue(w.p, next{t[1]})
		return t[2], nil
	}
	w.say("call", m.what.trace())
	return Atom("ok"), nil
}

// first2 is the tag of a tuple that has more than that.
func first2(t Tuple) Atom {
	if len(t) < 2 {
		return ""
	}
	tag, _ := t[0].(Atom)
	return tag
}

func isInt(t Term) bool { _, ok := t.(Int); return ok }

func (w *worker) cast(_ *coppice.Process, m Term) error {
	t, _ := m.(Tuple)
	if len(t) == 2 {
		switch t[0] {
		case Atom("put"):
			w.value = t[1]
			return nil
		case Atom("stop"):
			return reasonOf(t[1])
		case Atom("exit"), Atom("crash"):
			return w.fail(t[0], t[1])
		case Atom("timeout"):
			genserver.SetTimeout(w.p, milliseconds(int(t[1].(Int))))
			return nil
		case Atom("continue"):
			genserver.Continue(w.p, next{t[1]})
			return nil
		case Atom("nap"):
			w.nap(int(t[1].(Int)))
			return nil
		}
	}
	w.say("cast", m.trace())
	return nil
}

func (w *worker) next(_ *coppice.Process, m next) error {
	w.say("continue", m.what.trace())
	if x, ok := tagged(m.what, "then", 2); ok {
		genserver.Continue(w.p, next{x[1]})
	}
	if x, ok := tagged(m.what, "stop", 1); ok {
		return reasonOf(x[0])
	}
	if x, ok := tagged(m.what, "crash", 1); ok {
		return w.fail(Atom("crash"), x[0])
	}
	if x, ok := tagged(m.what, "slow", 1); ok {
		w.nap(int(x[0].(Int)))
		w.say("continued", m.what.trace())
	}
	return nil
}

func (w *worker) order(_ *coppice.Process, m order) error {
	w.perform(m.step)
	return w.leaving
}

func (w *worker) timeout(_ *coppice.Process, m genserver.Timeout) error { return w.info(m) }
func (w *worker) exited(_ *coppice.Process, m coppice.Exited) error     { return w.info(m) }
func (w *worker) down(_ *coppice.Process, m coppice.Down) error         { return w.info(m) }
func (w *worker) aliased(_ *coppice.Process, m coppice.Aliased) error   { return w.info(m) }
func (w *worker) registered(_ *coppice.Process, m registry.Registered[string, Term]) error {
	return w.info(m)
}
func (w *worker) unregistered(_ *coppice.Process, m registry.Unregistered[string, Term]) error {
	return w.info(m)
}

func (w *worker) info(m any) error {
	w.say("info", w.run.body(m))
	return nil
}

func (w *worker) term(_ *coppice.Process, m Term) error {
	w.say("info", m.trace())
	if x, ok := tagged(m, "stop", 1); ok {
		return reasonOf(x[0])
	}
	if x, ok := tagged(m, "timeout", 1); ok {
		genserver.SetTimeout(w.p, milliseconds(int(x[0].(Int))))
	}
	return nil
}
