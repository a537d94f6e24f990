package conformance

import (
	"context"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A child of a simple_one_for_one supervisor whose restart is ignored stays in
// OTP's supervisor without a process, and when that stops its children it crashes
// of it. The library stops them; so the end of such a supervisor is made up for.

// A templateStarter starts a child from a template.
type templateStarter struct {
	starter
	started bool // once
}

// StartLink implements supervisor.Starter.
func (s *templateStarter) StartLink(ctx context.Context) (coppice.PID, error) {
	pid, err := s.starter.StartLink(ctx)
	if sup := s.run.books.of(ctx.(*coppice.Process).Self()); err == coppice.Ignore && s.started && sup != nil {
		sup.keepsNone = true
	}
	s.started = s.started || err == nil
	return pid, err
}

// before is what the node calls before the methods of each process.
type before struct{ run *run }

func (before) Init(*coppice.Process) error { return nil }

// Handle traces what reaches the top of a registry, which is one of Erlang's
// supervisors in Elixir.
func (b before) Handle(p *coppice.Process, m coppice.Message) error {
	if t, ok := m.Body.(Term); ok && m.Kind() == coppice.Info && b.run.scenario.Reports() && b.run.kindOf(p.Self()) == Registry {
		b.run.report(&coppice.SupervisorReport{
			Supervisor: p.Self(), Context: "unexpected_msg", Reason: &supervisor.UnexpectedError{Message: t},
		})
	}
	return nil
}

func (b before) Terminate(p *coppice.Process, _ error) error {
	if a := b.run.books.of(p.Self()); a != nil && a.keepsNone {
		return scripted("error(" + string(functionClause) + ")")
	}
	return nil
}
