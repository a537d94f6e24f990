package inspect_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// Whatever is typed into the find box, it finds processes or says what is wrong;
// a term and its opposite find all processes between them, and a term twice what
// it finds once.
func FuzzWhere(f *testing.F) {
	for _, seed := range [][2]string{
		{"BET", ""}, {"cart:42", "name"}, {"kind:server", "-"}, {"!!name=alpha", "uptime"}, {"children>=3", "high"}, {"uptime<1h", "MAILBOX"},
		{"\"no such\"", "busy-time"}, {"!", "pid"}, {"busy>5%", ""}, {"age>NaN", ""}, {"<0.1.0>", "exit"}, {"mailbox>x", ""}, {"a\"b c\"", ""}, {":", ""},
	} {
		f.Add(seed[0], seed[1])
	}
	n := coppice.NewNode(coppice.Options{Logger: slog.New(slog.DiscardHandler)})
	f.Cleanup(func() { n.Stop(context.Background()) })
	for _, name := range []string{"alpha", "beta", "cart:42", "no such"} {
		registered := make(chan error)
		if _, err := coppice.Spawn(n, func(p *coppice.Process) error {
			registered <- p.Register(name)
			p.Receive()
			return nil
		}); err != nil {
			f.Fatal(err)
		}
		if err := <-registered; err != nil {
			f.Fatal(err)
		}
	}
	view := inspect.Of(n)
	f.Fuzz(func(t *testing.T, where, sort string) {
		found := func(where string) (inspect.Page, bool) {
			page, err := view.List(t.Context(), inspect.Query{Where: where, Sort: sort})
			if bad := new(inspect.BadError); err != nil && !errors.As(err, &bad) {
				t.Fatalf("%q by %q: %T: %v", where, sort, err, err)
			}
			if err == nil && page.Matched != len(page.Rows) {
				t.Fatalf("%q by %q: %d of %d", where, sort, len(page.Rows), page.Matched)
			}
			return page, err == nil
		}
		page, ok := found(where)
		if strings.ContainsAny(where, " \t\r\n\"!") || where == "" || strings.ContainsAny(where, "<>") {
			return // several terms or none, and what may change in between
		}
		if not, also := found("!" + where); also != ok || ok && page.Matched+not.Matched != page.Total {
			t.Errorf("%q finds %d and its opposite %d of %d", where, page.Matched, not.Matched, page.Total)
		}
		if twice, also := found(where + " " + where); also != ok || twice.Matched != page.Matched {
			t.Errorf("%q finds %d, and twice %d", where, page.Matched, twice.Matched)
		}
	})
}
