package control

import (
	"time"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// A terse row is an inspect.Process without what is zero: of a hundred thousand
// rows, most of which have nothing to tell, a client reads the half.
type terse struct {
	PID          string          `json:"pid,omitempty"`
	Name         string          `json:"name,omitempty"`
	Label        string          `json:"label,omitempty"`
	ID           string          `json:"id,omitempty"`
	Kind         string          `json:"kind,omitempty"`
	Status       string          `json:"status,omitempty"`
	AgeNS        int64           `json:"age_ns,omitempty"`
	Parent       string          `json:"parent,omitempty"`
	Children     int             `json:"children,omitempty"`
	Restarts     int             `json:"restarts,omitempty"`
	Recent       int             `json:"recent,omitempty"`
	Budget       *inspect.Budget `json:"budget,omitempty"`
	Mailbox      int             `json:"mailbox,omitempty"`
	HighWater    int             `json:"high_water,omitempty"`
	Received     uint64          `json:"received,omitempty"`
	Sent         uint64          `json:"sent,omitempty"`
	In           float64         `json:"in,omitempty"`
	Out          float64         `json:"out,omitempty"`
	BusyNS       int64           `json:"busy_ns,omitempty"`
	Busy         float64         `json:"busy,omitempty"`
	HandlerP99NS int64           `json:"handler_p99_ns,omitempty"`
	UptimeNS     int64           `json:"uptime_ns,omitempty"`
	LastExit     string          `json:"last_exit,omitempty"`
	Current      string          `json:"current,omitempty"`
	Due          *time.Time      `json:"due,omitempty"`
}

// A tersePage is an inspect.Page of terse rows.
type tersePage struct {
	Total   int        `json:"total"`
	Matched int        `json:"matched"`
	AsOf    *time.Time `json:"as_of,omitempty"`
	Rows    []terse    `json:"rows"`
}

func terseOf(page inspect.Page) tersePage {
	short := tersePage{Total: page.Total, Matched: page.Matched, AsOf: page.AsOf, Rows: make([]terse, len(page.Rows))}
	for i, row := range page.Rows {
		short.Rows[i] = terse(row)
	}
	return short
}
