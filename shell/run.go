package shell

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// maxProcesses is how many processes the shell asks for.
const maxProcesses = 1_000_000

// do has the node do something, and takes what it answers as the result.
func (m *machine) do(a inspect.Action) (Result, error) {
	answer, err := m.session.source.Do(m.ctx, a)
	if err != nil {
		return Result{}, err
	}
	return Result{typ: anyType, value: fromJSON(answer.JSON), shown: answer.Text}, nil
}

func runCall(m *machine, in []operand) (Result, error) {
	return m.do(inspect.Action{Verb: "call", To: in[0].text, Message: &in[1].value})
}

func runCast(m *machine, in []operand) (Result, error) {
	return m.do(inspect.Action{Verb: "cast", To: in[0].text, Message: &in[1].value})
}

func runExit(m *machine, in []operand) (Result, error) {
	return m.do(inspect.Action{Verb: "exit", To: in[0].text, Reason: in[1].text})
}

// runAction is for verbs that take a process, and perhaps a reason.
func runAction(verb string) func(*machine, []operand) (Result, error) {
	return func(m *machine, in []operand) (Result, error) {
		a := inspect.Action{Verb: verb, To: in[0].text}
		if len(in) > 1 {
			a.Reason = in[1].text
		}
		return m.do(a)
	}
}

func runLogLevel(m *machine, in []operand) (Result, error) {
	level := in[1].text
	if level == "none" {
		level = ""
	}
	return m.do(inspect.Action{Verb: "log_level", To: in[0].text, Level: level})
}

func runStartChild(m *machine, in []operand) (Result, error) {
	return m.do(inspect.Action{Verb: "start_child", To: in[0].text, Argument: &in[1].value})
}

func runChild(verb string) func(*machine, []operand) (Result, error) {
	return func(m *machine, in []operand) (Result, error) {
		return m.do(inspect.Action{Verb: verb, To: in[0].text, Child: in[1].text})
	}
}

// where is the pid behind a name, or nil.
func (m *machine) where(name string) (any, error) {
	p, err := m.session.source.Process(m.ctx, name)
	switch {
	case errors.Is(err, inspect.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return p.PID, nil
}

func runWhereis(m *machine, in []operand) (Result, error) {
	pid, err := m.where(in[0].text)
	return Result{typ: anyType, value: pid}, err
}

const (
	patience = 5 * time.Second
	between  = 10 * time.Millisecond
)

// runAwait asks again and again: there is nothing that tells.
func runAwait(m *machine, in []operand) (Result, error) {
	name, old := in[0].text, ""
	if len(in) > 1 {
		old = in[1].text
	}
	ctx, cancel := context.WithTimeout(m.ctx, patience)
	defer cancel()
	for {
		pid, err := m.where(name)
		switch {
		case err != nil:
			return Result{}, err
		case old == "gone" && pid == nil, old != "gone" && pid != nil && pid != old:
			return Result{typ: anyType, value: pid}, nil
		}
		select {
		case <-ctx.Done():
			if m.ctx.Err() != nil {
				return Result{}, m.ctx.Err()
			}
			return Result{}, &misfit{waitedFor(name, old)}
		case <-time.After(between):
		}
	}
}

func waitedFor(name, old string) string {
	switch old {
	case "":
		return fmt.Sprintf("for %v nobody has been called %s", patience, name)
	case "gone":
		return fmt.Sprintf("for %v the name %s has not been free", patience, name)
	}
	return fmt.Sprintf("for %v nobody but %s has been called %s", patience, old, name)
}

// processes asks for processes, and says if there are too many.
func (m *machine) processes(where string) ([]inspect.Process, error) {
	rows, total, err := m.session.source.Processes(m.ctx, where, maxProcesses)
	if err == nil && total > len(rows) {
		err = fmt.Errorf("the node has %d processes, and the shell looks at %d at most\nin the observer and with coppice ps the node itself searches them", total, len(rows))
	}
	return rows, err
}

func resultOf(v any, err error) (Result, error) {
	if err != nil {
		return Result{}, err
	}
	t, value := fromGo(v)
	return Result{typ: t, value: value}, nil
}

func runProcesses(m *machine, _ []operand) (Result, error) {
	return resultOf(m.processes(""))
}

func runChildren(m *machine, in []operand) (Result, error) {
	parent, err := m.session.source.Process(m.ctx, in[0].text)
	if err != nil {
		return Result{}, err
	}
	rows, err := m.processes("parent:" + parent.PID)
	children := []inspect.Process{}
	for _, row := range rows {
		if row.Parent == parent.PID {
			children = append(children, row)
		}
	}
	return resultOf(children, err)
}

// A nameRow is a name that is taken.
type nameRow struct {
	Name  string
	PID   string
	Label string
}

var namesType, _ = fromGo(nameRow{})

func runNames(m *machine, _ []operand) (Result, error) {
	rows, err := m.processes("")
	names := []nameRow{}
	for _, row := range rows {
		if row.Name != "" {
			names = append(names, nameRow{row.Name, row.PID, row.Label})
		}
	}
	return resultOf(names, err)
}

func runTree(m *machine, _ []operand) (Result, error) {
	return resultOf(m.session.source.Tree(m.ctx))
}

func runStatus(m *machine, _ []operand) (Result, error) {
	return resultOf(m.session.source.Status(m.ctx))
}

func runCrashes(m *machine, _ []operand) (Result, error) {
	return resultOf(m.session.source.Crashes(m.ctx))
}

func runCrash(m *machine, in []operand) (Result, error) {
	id, err := strconv.ParseUint(in[0].text, 10, 64)
	if err != nil {
		return Result{}, &misfit{in[0].text + " is not the number of a crash: crashes lists them"}
	}
	crash, err := m.session.source.Crash(m.ctx, id)
	r, err := resultOf(crash, err)
	r.shown = crash.Text
	return r, err
}

func runInfo(m *machine, in []operand) (Result, error) {
	if in[0].text == "" {
		v := in[0].any
		what := "a " + describe(v)
		if list, ok := v.([]any); ok && len(list) > 0 {
			what = fmt.Sprintf("a list of %d, the first a %s", len(list), describe(list[0]))
			v = list[0]
		}
		if r, ok := v.(record); ok {
			what += "\nfields: " + strings.Join(r.typ().fieldNames(), ", ")
		}
		return said(what), nil
	}
	detail, err := m.session.source.Process(m.ctx, in[0].text)
	r, err := resultOf(detail, err)
	if err == nil {
		r.shown = detailText(detail) + m.stateText(detail)
	}
	return r, err
}

// stateTime is how long a server may take to show its state where that is one of
// many things.
const stateTime = 500 * time.Millisecond

// stateText is what a server shows of its state, or "".
func (m *machine) stateText(d inspect.Detail) string {
	if d.Kind != "server" {
		return ""
	}
	ctx, cancel := context.WithTimeout(m.ctx, stateTime)
	defer cancel()
	state, err := m.session.source.Do(ctx, inspect.Action{Verb: "state", To: d.PID})
	if err != nil {
		return fact("state", "it is busy, and does not tell")
	}
	return fact("state", state.Text)
}

// toValue makes data of the result of an expression, to be sent to a node.
func toValue(v any) (inspect.Value, bool) {
	word := func(s string) (inspect.Value, bool) { return inspect.Value{Word: &s}, true }
	switch v := v.(type) {
	case nil:
		return word("nil")
	case bool:
		return word(strconv.FormatBool(v))
	case float64:
		return word(strconv.FormatFloat(v, 'f', -1, 64))
	case string:
		return inspect.Value{String: &v}, true
	case time.Duration:
		return word(v.String())
	case time.Time:
		s := v.Format(time.RFC3339Nano)
		return inspect.Value{String: &s}, true
	case []any:
		items := make([]inspect.Value, len(v))
		for i, item := range v {
			var ok bool
			if items[i], ok = toValue(item); !ok {
				return inspect.Value{}, false
			}
		}
		return inspect.Value{List: &items}, true
	case record:
		s := &inspect.Struct{Fields: []inspect.Field{}}
		for i, f := range v.typ().fields {
			item, ok := toValue(v.get(i))
			if !ok {
				return inspect.Value{}, false
			}
			s.Fields = append(s.Fields, inspect.Field{Name: f.name, Value: item})
		}
		return inspect.Value{Struct: s}, true
	}
	return inspect.Value{}, false
}
