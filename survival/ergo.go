package main

import (
	"fmt"
	"os"
	"sync/atomic"

	"github.com/ergo-services/ergo"
	"github.com/ergo-services/ergo/etf"
	"github.com/ergo-services/ergo/gen"
	"github.com/ergo-services/ergo/node"
)

func ergoSubject() subject {
	return subject{
		name: "ergo",
		how:  "v1.999.224: gen.Servers under two gen.Supervisors; clients ask by Direct, workers each other by Call",
		run:  runErgo,
	}
}

type ergoWorker struct{ gen.Server }

// Init implements gen.ServerBehavior.
func (*ergoWorker) Init(p *gen.ServerProcess, args ...etf.Term) error {
	p.State = newState(p.Name())
	return nil
}

// HandleDirect does what a client asks for.
func (w *ergoWorker) HandleDirect(p *gen.ServerProcess, _ etf.Ref, message any) (any, gen.DirectStatus) {
	a, err := w.do(p, message.(order))
	return a, err
}

// HandleCall does what another worker asks for.
func (w *ergoWorker) HandleCall(p *gen.ServerProcess, _ gen.ServerFrom, message etf.Term) (etf.Term, gen.ServerStatus) {
	a, err := w.do(p, message.(order))
	if err != nil {
		return err, gen.ServerStatusOK
	}
	return a, gen.ServerStatusOK
}

// Terminate implements gen.ServerBehavior.
func (*ergoWorker) Terminate(p *gen.ServerProcess, _ string) { cleanUp(p.Name()) }

func (*ergoWorker) do(p *gen.ServerProcess, o order) (answer, error) {
	return p.State.(*state).do(o, hold{
		done: p.Context().Done,
		call: func(worker string, o order) error {
			got, err := p.CallWithTimeout(worker, o, int(patience.Seconds()))
			if err, failed := got.(error); failed {
				return err
			}
			return err
		},
		killSelf:   func() error { p.Kill(); return nil },
		killParent: func() error { p.Parent().Kill(); return nil },
		help: func() {
			_, _ = p.Spawn("", gen.ProcessOptions{Context: p.Context()}, &ergoHelper{})
		},
	})
}

// An ergoHelper is a process that its worker's end ends, by its context.
type ergoHelper struct{ gen.Server }

// An ergoTree is a supervisor.
type ergoTree struct {
	gen.Supervisor
	children []gen.SupervisorChildSpec
}

// Init implements gen.SupervisorBehavior.
func (t *ergoTree) Init(...etf.Term) (gen.SupervisorSpec, error) {
	return gen.SupervisorSpec{
		Children: append([]gen.SupervisorChildSpec(nil), t.children...),
		Strategy: gen.SupervisorStrategy{
			Type: gen.SupervisorStrategyOneForOne, Restart: gen.SupervisorStrategyRestartPermanent,
			Intensity: restarts, Period: uint16(period.Seconds()),
		},
	}, nil
}

func ergoChild(name string) gen.SupervisorChildSpec {
	return gen.SupervisorChildSpec{
		Name: name, Child: &ergoWorker{},
		Options: gen.ProcessOptions{MailboxSize: mostQueue, DirectboxSize: mostQueue},
	}
}

type ergoService struct{ node node.Node }

func runErgo(ready func(service)) int {
	n, err := ergo.StartNode(fmt.Sprintf("survival%d@127.0.0.1", os.Getpid()), "cookie", node.Options{StaticRoutesOnly: true})
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		return 1
	}
	unit := &ergoTree{children: []gen.SupervisorChildSpec{ergoChild(victim), ergoChild(sibling)}}
	top := &ergoTree{children: []gen.SupervisorChildSpec{
		{Name: "unit", Child: unit}, ergoChild(others[0]), ergoChild(others[1]),
	}}
	sup, err := n.Spawn("top", gen.ProcessOptions{}, top)
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		return 1
	}
	go ready(ergoService{n})
	var told atomic.Bool
	go func() {
		untilTold()
		told.Store(true)
		_ = sup.Exit("shutdown")
		_ = sup.WaitWithTimeout(lastWords)
		n.Stop()
	}()
	sup.Wait()
	n.Stop()
	n.Wait()
	if !told.Load() {
		_, _ = fmt.Fprintln(os.Stderr, "the top has given up")
		return 1
	}
	return 0
}

func (s ergoService) do(worker string, o order) (answer, error) {
	p := s.node.ProcessByName(worker)
	if p == nil {
		return answer{}, fmt.Errorf("no process %s", worker)
	}
	got, err := p.DirectWithTimeout(o, int(patience.Seconds()))
	if err != nil {
		return answer{}, err
	}
	return got.(answer), nil
}

// restart ends the worker; its supervisor starts it again.
func (s ergoService) restart(worker string) error {
	p := s.node.ProcessByName(worker)
	if p == nil {
		return fmt.Errorf("no process %s", worker)
	}
	if err := p.Exit("restart"); err != nil {
		return err
	}
	if p.WaitWithTimeout(lastWords) != nil {
		p.Kill()
	}
	return nil
}
