package main

import "testing"

func TestTable(t *testing.T) {
	w := []workload{{id: "W1", what: "call", rows: []row{
		{"ns", []string{"ns"}}, {"waste", []string{"allocs", "bytes"}},
	}}}
	s := []subject{{name: "one"}, {name: "without"}, {name: "absent"}}
	results := []result{
		{Workload: "W1", Subject: "one", Spread: map[string]spread{"ns": {2, 1, 3}, "allocs": {1, 1, 1}, "bytes": {16, 15, 17}}},
		{Workload: "W1", Subject: "without", Spread: map[string]spread{"ns": {5, 5, 5}}},
		{Workload: "W1", Subject: "absent", Failed: "erl is not there"},
		{Workload: "W2", Subject: "absent", Failed: "erl is not there"},
	}
	const want = `| workload    | one              | without | absent |
|-------------|------------------|---------|--------|
| W1 call: ns | 2.00 (1.00–3.00) | 5.00    | –      |
| waste       | 1.00, 16.0       | –       | –      |
`
	if got := table(w, s, results); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got, want := notes(results), "absent: erl is not there\n"; got != want {
		t.Errorf("the notes are %q, want %q", got, want)
	}
}
