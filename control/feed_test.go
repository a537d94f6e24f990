package control

import (
	"encoding/json"
	"reflect"
	"strings"
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

// A terse row has all that a row has, and what is zero costs nothing.
func TestTerse(t *testing.T) {
	due := time.Unix(0, 0).UTC()
	row := inspect.Process{
		PID: "<0.1.0>", Name: "n", Label: "l", ID: "i", Kind: "k", Status: "s", AgeNS: -1, Parent: "p", Children: 1, Restarts: 2, Recent: 3,
		Budget: &inspect.Budget{Used: 1, Max: 2, PeriodNS: 3}, Mailbox: 4, HighWater: 5, Received: 6, Sent: 7, In: 8, Out: 9, BusyNS: 10, Busy: 0.5,
		HandlerP99NS: 11, UptimeNS: 12, LastExit: "e", Current: "c", Due: &due,
	}
	for i := range reflect.ValueOf(row).NumField() {
		if reflect.ValueOf(row).Field(i).IsZero() {
			t.Errorf("the test lacks %s", reflect.TypeOf(row).Field(i).Name)
		}
	}
	page := inspect.Page{Total: 2, Matched: 2, AsOf: &due, Rows: []inspect.Process{row, {PID: "<0.2.0>"}}}
	text, err := encode(terseOf(page))
	var got inspect.Page
	if err == nil {
		err = json.Unmarshal(text, &got)
	}
	if err != nil || !reflect.DeepEqual(got, page) || !strings.Contains(string(text), `{"pid":"<0.2.0>"}`) {
		t.Errorf("%s: %+v, %v", text, got, err)
	}
}
