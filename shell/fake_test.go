package shell

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// A fake is a node that is not there.
type fake struct {
	rows    []inspect.Process
	details map[string]inspect.Detail
	done    []inspect.Action
	answer  inspect.Result
	err     error
	asked   int  // for a process
	blocks  bool // a trace goes on
	does    func(inspect.Action) (inspect.Result, error)
}

func newFake() *fake {
	f := &fake{details: map[string]inspect.Detail{}, answer: inspect.Result{Text: "ok", JSON: "ok"}}
	f.rows = []inspect.Process{
		{PID: "<0.1.0>", Name: "football_match_supervisor", Label: "supervisor.Dynamic", Kind: "supervisor", Status: "idle", Restarts: 1},
		{PID: "<0.2.0>", Name: "cache", Label: "main.Cache", Kind: "server", Status: "idle", Mailbox: 7, UptimeNS: 3e9, Parent: "<0.9.0>"},
		{PID: "<0.3.0>", Name: "match_123", Label: "main.Tracker", Kind: "server", Status: "running", Mailbox: 12, UptimeNS: 5e9, Parent: "<0.1.0>", ID: "m1",
			Budget: &inspect.Budget{Used: 2, Max: 3}},
		{PID: "<0.4.0>", Label: "main.worker", Kind: "process", Status: "waiting", Mailbox: 1, UptimeNS: 9e9, Parent: "<0.1.0>"},
		{PID: "<0.5.0>", Name: "cart:42", Kind: "server", Status: "idle", UptimeNS: 1e9},
	}
	for _, row := range f.rows {
		d := inspect.Detail{Process: row}
		f.details[row.PID] = d
		f.details[row.Name] = d
	}
	cache := f.details["cache"]
	str := inspect.Type{Go: "string", Kind: "string"}
	item := inspect.Type{Go: "main.Item", Kind: "struct", Fields: []inspect.TypeField{{Name: "SKU", Type: str}, {Name: "Qty", Type: inspect.Type{Go: "int", Kind: "number"}}}}
	cache.Accepts = []inspect.Message{
		{Name: "Get", Kind: "call", Type: inspect.Type{Go: "main.Get", Kind: "struct"}, Reply: "string"},
		{Name: "Save", Kind: "cast", Type: inspect.Type{Go: "main.Save", Kind: "struct", Fields: []inspect.TypeField{{Name: "Value", Type: str}, {Name: "Item", Type: item}}}},
	}
	f.details["cache"] = cache
	sup := f.details["football_match_supervisor"]
	sup.Argument = &item
	f.details["football_match_supervisor"] = sup
	return f
}

func (f *fake) Status(context.Context) (inspect.Node, error) {
	return inspect.Node{Name: "shop", Processes: 5}, f.err
}

func (f *fake) Processes(_ context.Context, where string, limit int) ([]inspect.Process, int, error) {
	var kept []inspect.Process
	where = strings.ReplaceAll(where, `"`, "")
	for _, row := range f.rows {
		word, sup := strings.CutPrefix(where, "kind:supervisor ")
		parent, child := strings.CutPrefix(where, "parent:")
		switch {
		case sup && row.Kind != "supervisor", child && row.Parent != parent,
			!child && !strings.Contains(row.Name+row.PID+row.Label, word):
		default:
			kept = append(kept, row)
		}
	}
	return kept[:min(limit, len(kept))], len(kept), f.err
}

func (f *fake) Complete(_ context.Context, q inspect.CompleteQuery) (matches []inspect.Match, err error) {
	of := f.details[q.Of].PID
	for _, byName := range []bool{true, false} {
		rows := f.rows
		if byName {
			rows = slices.SortedFunc(slices.Values(rows), func(a, b inspect.Process) int { return strings.Compare(a.Name, b.Name) })
		}
		for _, row := range rows {
			text := row.PID
			if byName {
				text = row.Name
			}
			if q.Supervisors && row.Kind != "supervisor" || q.Of != "" && (byName || row.Parent != of) || q.Of == "" && !hasPrefixFold(text, q.Word) || text == "" {
				continue
			}
			matches = append(matches, inspect.Match{PID: row.PID, Name: row.Name, ID: row.ID, Label: row.Label, Status: row.Status})
		}
	}
	return matches, f.err
}

func (f *fake) Tree(context.Context) ([]inspect.TreeRow, error) {
	return []inspect.TreeRow{
		{Process: f.rows[0], Level: 1, Pos: 1, Size: 1, Open: true},
		{Process: f.rows[2], Level: 2, Pos: 1, Size: 2},
		{Process: inspect.Process{PID: "pool:<0.1.0>"}, Level: 2, Pos: 2, Size: 2, Pool: 4000},
	}, f.err
}

func (f *fake) Process(_ context.Context, who string) (inspect.Detail, error) {
	f.asked++
	d, ok := f.details[who]
	if !ok {
		return d, fmt.Errorf("process %s: %w", who, inspect.ErrNotFound)
	}
	return d, f.err
}

func (f *fake) Crashes(context.Context) ([]inspect.Crash, error) {
	return []inspect.Crash{{ID: 7, Name: "cache", Reason: "boom"}}, f.err
}

func (f *fake) Crash(_ context.Context, id uint64) (inspect.Crash, error) {
	if id != 7 {
		return inspect.Crash{}, inspect.ErrNotFound
	}
	return inspect.Crash{ID: 7, Text: "cache ended: boom\n"}, f.err
}

func (f *fake) Do(_ context.Context, a inspect.Action) (inspect.Result, error) {
	f.done = append(f.done, a)
	if f.does != nil {
		return f.does(a)
	}
	return f.answer, f.err
}

// Trace has a server get three messages, the times of which are in January.
func (f *fake) Trace(ctx context.Context, _ string, most int, _ time.Duration) iter.Seq2[inspect.TraceEvent, error] {
	return func(yield func(inspect.TraceEvent, error) bool) {
		for i, message := range []string{"Get", "Save", "Get"} {
			e := inspect.TraceEvent{Seq: i + 1, At: time.Date(2030, 1, 1, 12, 0, 0, 0, time.Local), Kind: "in", Message: message, Text: "gets " + message}
			if i == most || !yield(e, nil) {
				return
			}
		}
		if f.err != nil {
			yield(inspect.TraceEvent{}, f.err)
		} else if f.blocks {
			<-ctx.Done()
			yield(inspect.TraceEvent{}, ctx.Err())
		}
	}
}

// sent is an action as a line.
func sent(a inspect.Action) string {
	text := strings.TrimSpace(a.Verb + " " + a.To + " " + a.Reason + a.Child + a.Level)
	for _, v := range []*inspect.Value{a.Message, a.Argument} {
		if v != nil {
			text += " " + written(*v)
		}
	}
	return text
}

// written is a value as one writes it, strings quoted.
func written(v inspect.Value) string {
	var parts []string
	switch {
	case v.Word != nil:
		return *v.Word
	case v.String != nil:
		raw, _ := json.Marshal(*v.String)
		return string(raw)
	case v.List != nil:
		for _, item := range *v.List {
			parts = append(parts, written(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	for _, f := range v.Struct.Fields {
		parts = append(parts, f.Name+":"+written(f.Value))
	}
	return v.Struct.Type + "{" + strings.Join(parts, ", ") + "}"
}
