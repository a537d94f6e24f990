package statem

import (
	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/sys"
)

// A Snapshot is the state of a machine with its data: what sys.Replace changes,
// of a machine that is [Replaceable]. Its time-outs and the events that wait
// stay as they are, and OnEnter does not run.
type Snapshot[D any] struct {
	State string
	Data  D
	core  *core
}

// A View is what a machine shows of itself: to sys.State, and in reports.
type View struct {
	State     string
	Data      any // see sys.View
	Postponed int // events that wait for another state
	Timeouts  []TimeoutName
}

// StateView implements coppice.StateViewer.
func (s Snapshot[D]) StateView() any { return s.core.view(s.State, sys.View(s.Data)) }

func (c *core) view(state string, data any) View {
	v := View{State: state, Data: data}
	if c != nil {
		v.Postponed = len(c.postponed)
		for _, t := range c.timers {
			v.Timeouts = append(v.Timeouts, t.name)
		}
	}
	return v
}

// StateView implements coppice.StateViewer, for reports.
func (m *machine[D, A]) StateView() any {
	var data any = m.data
	if v, ok := data.(coppice.StateViewer); ok {
		data = v.StateView()
	}
	return m.core.view(m.core.state, data)
}

// system answers a system request.
func (m *machine[D, A]) system(p *coppice.Process, message coppice.Message) error {
	c := &m.core
	if c.control == nil {
		c.control = new(sys.Control)
	}
	var set func(any)
	if m.def.replace {
		set = func(v any) {
			s := v.(Snapshot[D])
			m.def.check(s.State)
			c.state, m.data, m.table = s.State, s.Data, m.def.states[s.State]
		}
	}
	return c.control.Handle(p, message, Snapshot[D]{c.state, m.data, c}, set)
}
