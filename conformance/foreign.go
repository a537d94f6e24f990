package conformance

import (
	"fmt"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// A request may reach a process that does not know it. OTP sends a term, and
// what becomes of that is the affair of whoever gets it; what is here gives the
// same result where the library gives another one, or none, by its types.

// functionClause is what ends a process that has no clause for a request.
const functionClause = crash("function_clause")

// unanswered is the error of a request to a server. One that the server does not
// accept ends it in OTP, and lets it live here: that is a listed difference, and
// so its end is made up for.
func (a *actor) unanswered(to coppice.Addr, err error) error {
	if _, ok := err.(*genserver.NotAcceptedError); ok {
		return a.crashes(to, functionClause)
	}
	return err
}

// A question is what a scripted process asks another one with a term.
type question struct {
	by      lane
	what    Term
	forever bool // it waits without a time limit
}

// asksToStop is what a plain process gets that is to be stopped.
type asksToStop struct{ question }

// stop stops a server. A plain process of OTP gets that as a message, while the
// library ends it where it waits: it is sent one here too.
func (a *actor) stop(p *coppice.Process, to coppice.Addr, reason error, limit int) error {
	if a.run.kindOf(coppice.Whereis(p, to)) != Proc {
		return coppice.Stop(p, to, reason)
	}
	what := Tuple{Atom("terminate"), Atom(a.run.reason(reason))}
	_, err := coppice.Request(p, to, asksToStop{question{a.lane, what, limit == infinite}})
	call, ok := err.(*coppice.CallError)
	if !ok || call.Reason == coppice.NoProc || call.Reason == coppice.Timeout || call.Reason == coppice.CallingSelf {
		return err
	}
	return &coppice.CallError{Reason: call} // it has ended of something else
}

// plainly gives the text of a message to a plain process. It panics for a request
// with a time limit, of which OTP's form cannot be written in a trace.
func (r *run) plainly(m coppice.Message) string {
	form, q := "$gen_call", question{}
	switch b := m.Body.(type) {
	case ask:
		q = b.question
	case askLater:
		q = b.question
	case asksToStop:
		form, q = "system", b.question
	default:
		if m.Kind() == coppice.CallMsg {
			panic(functionClause)
		}
		return r.message(m)
	}
	if !q.forever {
		panic(functionClause)
	}
	return fmt.Sprintf("{%s,{%s,ref},%s}", form, q.by, q.what.trace())
}

// kindOf is the kind of what a process is, or nothing for the driver and for what
// there is not. A task is a plain process.
func (r *run) kindOf(pid coppice.PID) Kind {
	a := r.books.of(pid)
	if a == nil || a == r.driver {
		return ""
	}
	if d := r.scenario.Defs[definition(a.lane.name)]; d != nil {
		return d.Kind
	}
	return Proc
}

// crashes ends a server of OTP that does not survive a request. It gives the
// error of the request.
func (a *actor) crashes(to coppice.Addr, what crash) error {
	reason := scripted("error(" + string(what) + ")")
	if err := coppice.Stop(a.p, to, reason); err != nil {
		return err
	}
	return &coppice.CallError{Reason: reason}
}
