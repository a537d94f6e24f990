package control

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice/inspect"
	"github.com/seed-7832d3a3/coppice/internal/cputime"
)

// BenchmarkRows shows how long a processor is at work on a hundred thousand rows
// on their way to a client, which has to read them, too.
func BenchmarkRows(b *testing.B) {
	page := inspect.Page{Total: 100_000, Matched: 100_000}
	for i := range 100_000 {
		page.Rows = append(page.Rows, inspect.Process{
			PID: fmt.Sprintf("<0.%d.0>", i), Label: "main.Cart", Kind: "server", Status: "idle", AgeNS: 1e9 + int64(i), Parent: "<0.7.0>",
			Received: uint64(i), HighWater: 1, UptimeNS: 3e9 + int64(i), BusyNS: 12345, HandlerP99NS: 192,
		})
	}
	text, err := encode(page)
	if err != nil {
		b.Fatal(err)
	}
	short, err := encode(terseOf(page))
	if err != nil {
		b.Fatal(err)
	}
	for name, f := range map[string]func() error{
		"encode terse": func() error { _, err := encode(terseOf(page)); return err },
		"decode terse": func() error { return json.Unmarshal(short, new(inspect.Page)) },
		"encode":       func() error { _, err := encode(page); return err },
		"decode":       func() error { return json.Unmarshal(text, new(inspect.Page)) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			took := time.Duration(0)
			for b.Loop() {
				took += cputime.Of(func() { err = f() })
			}
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(took)/float64(b.N), "cpu-ns/op")
			b.ReportMetric(float64(len(text))/100_000, "B/row")
		})
	}
}
