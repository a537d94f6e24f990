package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// A still is a source of what never changes, unless the test changes it.
type still struct {
	node   inspect.Node
	rows   []inspect.TreeRow
	detail inspect.Detail
	err    error
	result inspect.Result
	shown  string     // of a state or a stack
	got    []string   // a note of what was got
	asked  []question // a note of what was asked for

	mu  sync.Mutex // guards what follows
	did []inspect.Action
}

// addType is the type of a message.
var addType = inspect.Type{Go: "main.Add", Kind: "struct", Fields: []inspect.TypeField{
	{Name: "Item", Type: inspect.Type{Go: "string", Kind: "string"}},
	{Name: "Where", Type: lineType},
	{Name: "Lines", Type: inspect.Type{Go: "[]main.Line", Kind: "list", Elem: &lineType}},
	{Name: "Qty", Type: inspect.Type{Go: "*int", Kind: "number"}},
	{Name: "After", Type: inspect.Type{Go: "time.Duration", Kind: "duration"}},
}}

var lineType = inspect.Type{Go: "main.Line", Kind: "struct", Fields: []inspect.TypeField{
	{Name: "SKU", Type: inspect.Type{Go: "string", Kind: "string"}},
	{Name: "N", Type: inspect.Type{Go: "int", Kind: "number"}},
}}

func newStill() *still {
	s := &still{
		result: inspect.Result{Text: "ok"},
		node:   inspect.Node{Name: "shop", OSPID: 42, Go: "go1.26", UptimeNS: int64(time.Hour), Processes: 60, ByStatus: map[string]int{"idle": 58, "running": 2}, Goroutines: 7, HeapBytes: 3_400_000, Actions: true},
		rows:   someRows(),
	}
	for i := range 40 {
		s.rows = append(s.rows, inspect.TreeRow{Level: 1, Pos: 1, Size: 1, Process: inspect.Process{
			PID: fmt.Sprintf("<0.%d.0>", 20+i), Name: fmt.Sprintf("worker_%d", i), Label: "main.Worker", Status: "idle", UptimeNS: int64(time.Minute),
		}})
	}
	s.detail = inspect.Detail{
		Process:   s.rows[1].Process,
		Ancestors: []inspect.Ref{{PID: "<0.1.0>", Name: "shop_sup"}},
		Spec:      []inspect.Pair{{Key: "restart", Value: "permanent"}},
		Queue:     []string{"main.Add", "main.Add"},
		Accepts: []inspect.Message{
			{Name: "Add", Kind: "call", Type: addType, Reply: "int"},
			{Name: "Clear", Kind: "cast", Type: inspect.Type{Go: "main.Clear", Kind: "struct"}},
			{Name: "Level", Kind: "cast", Type: inspect.Type{Go: "main.Level", Kind: "number"}},
			{Name: "Tick", Kind: "info", Type: inspect.Type{Go: "main.Tick", Kind: "struct"}},
		},
	}
	return s
}

func (s *still) Node(context.Context) (inspect.Node, error) { return s.node, s.err }

func (s *still) Processes(_ context.Context, q inspect.Query) (inspect.Page, error) {
	s.asked = append(s.asked, question{list: q})
	var page inspect.Page
	for _, pid := range q.PIDs {
		p := inspect.Process{PID: pid, Status: "dead"}
		if i := slices.IndexFunc(s.rows, func(r inspect.TreeRow) bool { return r.PID == pid }); i >= 0 {
			p = s.rows[i].Process
		}
		page.Rows = append(page.Rows, p)
	}
	if len(q.PIDs) > 0 {
		return page, s.err
	}
	for _, r := range s.rows {
		if r.Pool == 0 && strings.Contains(r.Name, q.Where) {
			page.Rows = append(page.Rows, r.Process)
		}
	}
	page.Matched = len(page.Rows)
	page.Total = page.Matched
	page.Rows = page.Rows[min(q.Offset, len(page.Rows)):]
	page.Rows = page.Rows[:min(q.Limit, len(page.Rows))]
	return page, nil
}

func (s *still) Tree(_ context.Context, q inspect.TreeQuery) (inspect.Tree, error) {
	s.asked = append(s.asked, question{view: tree, trees: q})
	return inspect.Tree{Total: len(s.rows), Rows: s.rows}, nil
}

func (s *still) Process(_ context.Context, who string) (inspect.Detail, error) {
	s.asked = append(s.asked, question{who: who})
	return s.detail, nil
}

func (s *still) Names(_ context.Context, where string, limit int) (control.NameList, error) {
	s.asked = append(s.asked, question{view: names, list: inspect.Query{Where: where, Limit: limit}})
	who := func(n int) inspect.Owner {
		return inspect.Owner{PID: fmt.Sprintf("<0.%d.0>", n), Label: "main.Cart", Since: time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)}
	}
	all := control.NameList{Total: 1000, Registries: []inspect.Registry{
		{PID: "<0.3.0>", Name: "registry carts", Keys: "unique", Total: 900},
		{PID: "<0.4.0>", Name: "pubsub topics", Keys: "duplicate", Total: 3},
	}}
	for i, name := range []string{"cart_1", "shop_sup", "カート"} {
		all.Names = append(all.Names, inspect.Entry{Name: name, Owner: who(i + 1)})
	}
	for i, key := range []string{"{Room:lobby}", "ca\x1b[2J", "x"} {
		all.Registries[0].Entries = append(all.Registries[0].Entries, inspect.Keyed{Key: key, Owner: who(i + 10)})
		all.Registries[1].Entries = append(all.Registries[1].Entries, inspect.Keyed{Key: "orders", Owner: who(10 + i/2)})
	}
	all.Names = slices.DeleteFunc(all.Names, func(e inspect.Entry) bool { return !strings.Contains(e.Name, where) })
	for i, r := range all.Registries {
		all.Registries[i].Entries = slices.DeleteFunc(r.Entries, func(e inspect.Keyed) bool { return !strings.Contains(e.Key+r.Name, where) })
	}
	return all, s.err
}

func (s *still) Do(_ context.Context, a inspect.Action) (inspect.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.did = append(s.did, a)
	return s.result, s.err
}

func (s *still) Crashes(context.Context) ([]inspect.Crash, error) {
	at := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	return []inspect.Crash{
		{ID: 3, Name: "カート", PID: "<0.2.0>", Reason: "panic: nothing\x1b[2J", Decision: "restart 2 of 3 in 5s", Count: 1, Last: at},
		{ID: 1, Label: "main.Worker", PID: "<0.9.0>", Reason: "timeout", Count: 37, Last: at.Add(-time.Minute)},
	}, nil
}

func (s *still) Crash(_ context.Context, id uint64) (inspect.Crash, error) {
	return inspect.Crash{ID: id, Count: 1, Text: "process <0.9.0> main.Worker ended: timeout\n   main.work\n\t/x/work.go:7\n"}, nil
}

func (s *still) Get(_ context.Context, path string, query url.Values, answer any) error {
	var is any
	switch path {
	case "complete":
		var matches []inspect.Match
		for _, r := range s.rows {
			if r.Name != "" && strings.HasPrefix(r.Name, query.Get("word")) {
				matches = append(matches, inspect.Match{PID: r.PID, Name: r.Name, Label: r.Label})
			}
		}
		is = map[string]any{"matches": matches}
	case "metrics":
		is = map[string]any{"points": somePoints()}
	case "events":
		is = map[string]any{"events": []inspect.Event{
			{At: time.Date(2030, 1, 1, 12, 0, 1, 0, time.Local), Kind: "crash", Text: "カート ended: nothing\x1b[2J"},
			{At: time.Date(2030, 1, 1, 12, 0, 2, 0, time.Local), Kind: "restart", Text: "shop_sup restarts カート, 2 of 3 in 5s"},
			{At: time.Date(2030, 1, 1, 12, 0, 3, 0, time.Local), Kind: "action", Text: "kill " + query.Get("who") + " by somebody"},
		}}
	case "logs":
		log := inspect.Log{Kept: true, Dropped: 12}
		for i := range 30 {
			log.Records = append(log.Records, inspect.Record{At: time.Date(2030, 1, 1, 12, 0, i, 0, time.Local), Level: "INFO", Msg: fmt.Sprint("line ", i)})
		}
		is = log
	default:
		is = inspect.Result{Text: s.shown}
	}
	s.got = append(s.got, path+"?"+query.Encode())
	text, err := json.Marshal(is)
	if err != nil {
		return err
	}
	return cmp.Or(s.err, json.Unmarshal(text, answer))
}

// Trace yields two events and the end, or the error that there is.
func (s *still) Trace(ctx context.Context, who string, _ url.Values) iter.Seq2[control.StreamEvent, error] {
	return func(yield func(control.StreamEvent, error) bool) {
		s.got = append(s.got, "trace "+who)
		for _, text := range []string{"in call Add\x1b[2J", "out 3"} {
			data, _ := json.Marshal(inspect.TraceEvent{At: time.Date(2030, 1, 1, 12, 0, 1, 0, time.Local), Text: text})
			if ctx.Err() != nil || !yield(control.StreamEvent{Event: "trace", Data: data}, s.err) || s.err != nil {
				return
			}
		}
		_ = yield(control.StreamEvent{Event: "end", Data: []byte(`{"reason":"so much was wanted","count":2}`)}, nil)
	}
}
