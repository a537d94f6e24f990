package control

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// A delta comes when a row has changed, when the rows are others, and when they
// were looked for anew; else there is none.
func TestRowDeltas(t *testing.T) {
	now := time.Unix(0, 0).UTC()
	old := now.Add(time.Second)
	row := inspect.Process{PID: "<0.1.0>"}
	more := inspect.Process{PID: "<0.1.0>", Received: 1}
	other := inspect.Process{PID: "<0.2.0>"}
	f := &rowFeed{}
	for i, c := range []struct {
		page inspect.Page
		want string
	}{
		{inspect.Page{Total: 1, Matched: 1, AsOf: &now, Rows: []inspect.Process{row}}, ""},
		{inspect.Page{Total: 1, Matched: 1, AsOf: &now, Rows: []inspect.Process{row}}, "null"},
		{inspect.Page{Total: 1, Matched: 1, AsOf: &old, Rows: []inspect.Process{row}}, `{"seq":3,"rows":[],"as_of":"1970-01-01T00:00:01Z","total":1,"matched":1}`},
		{inspect.Page{Total: 1, Matched: 1, Rows: []inspect.Process{row}}, `{"seq":4,"rows":[],"total":1,"matched":1}`},
		{inspect.Page{Total: 2, Matched: 2, Rows: []inspect.Process{row, other}}, `{"seq":5,"rows":["ROW"],"order":["<0.1.0>","<0.2.0>"],"total":2,"matched":2}`},
		{inspect.Page{Total: 2, Matched: 2, Rows: []inspect.Process{more, other}}, `{"seq":6,"rows":["ROW"],"total":2,"matched":2}`},
		{inspect.Page{Total: 2, Matched: 2, Rows: []inspect.Process{more, other}}, "null"},
	} {
		f.ask = func(inspect.Tick) (rowsOf, error) { return processRows(c.page), nil }
		event, err := f.next(inspect.Tick{}, uint64(i+1))
		if err != nil {
			t.Fatal(err)
		}
		if delta, ok := event.(rowDelta); ok {
			for i := range delta.Rows {
				delta.Rows[i] = json.RawMessage(`"ROW"`)
			}
			event = delta
		}
		got, err := encode(event)
		if err != nil || c.want != "" && string(got) != c.want {
			t.Errorf("%d: %s, %v; want %s", i, got, err, c.want)
		}
	}
}
