package genserver_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// A vault has a secret; seen is what reports may show of it.
type vault struct{ secret string }

// A viewedVault decides by StateView, a loggedVault by LogValue.
type (
	viewedVault struct{ vault }
	loggedVault struct{ vault }
)

func (v *viewedVault) StateView() any       { return "viewed" }
func (v *loggedVault) LogValue() slog.Value { return slog.StringValue("logged") }

type breakIn struct{ Tool string }

func (v *vault) breakIn(_ *coppice.Process, m breakIn) error { panic("alarm: " + m.Tool) }

func TestCrashReport(t *testing.T) {
	vaults := genserver.Define(
		func(*coppice.Process, string) (*vault, error) { return &vault{"gold"}, nil },
		genserver.OnCast((*vault).breakIn),
	)
	bubble(t, func(t *testing.T, w *world) {
		ref, err := vaults.Start(w.Node, "", genserver.Name(coppice.Name("bank")))
		if err != nil {
			t.Fatal(err)
		}
		_ = genserver.Cast(w.Node, ref, breakIn{"drill"})
		synctest.Wait()
		if len(w.crashes) != 1 {
			t.Fatalf("%d crash reports", len(w.crashes))
		}
		r := w.crashes[0]
		var crash *coppice.PanicError
		if !errors.As(r.Reason, &crash) || crash.Value != "alarm: drill" {
			t.Errorf("reason %v", r.Reason)
		}
		if r.PID != ref.PID() || r.Name != "bank" || r.Label != "genserver_test.vault" || r.Starting {
			t.Errorf("it is about %v %q %q, starting %v", r.PID, r.Name, r.Label, r.Starting)
		}
		if r.Message != (breakIn{"drill"}) || r.From != coppice.CastMsg {
			t.Errorf("message %v, from %v", r.Message, r.From)
		}
		first, _, _ := strings.Cut(r.Stack.String(), "\n")
		if !strings.HasSuffix(first, "genserver_test.(*vault).breakIn") {
			t.Errorf("the stack begins with %s:\n%v", first, r.Stack)
		}
		for _, want := range []string{
			"bank", "genserver_test.vault", "panic: alarm: drill", "last message (cast): genserver_test.breakIn {Tool:\"drill\"}", "state: &{secret:\"gold\"}",
		} {
			if !strings.Contains(r.String(), want) {
				t.Errorf("there is no %q in\n%v", want, r)
			}
		}
		if got := strings.Count(r.Stack.String(), "\n"); got != 2 {
			t.Errorf("the stack shows more than the user's code:\n%v", r.Stack)
		}
	})
}

// What a state shows of itself is all that a report shows of it.
func TestStateDecidesWhatReportsShow(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		viewed := genserver.Define(
			func(*coppice.Process, genserver.None) (*viewedVault, error) { return &viewedVault{vault{"gold"}}, nil },
			genserver.OnCast(func(v *viewedVault, p *coppice.Process, m breakIn) error { return v.breakIn(p, m) }),
		)
		logged := genserver.Define(
			func(*coppice.Process, genserver.None) (*loggedVault, error) { return &loggedVault{vault{"gold"}}, nil },
			genserver.OnCast(func(v *loggedVault, p *coppice.Process, m breakIn) error { return v.breakIn(p, m) }),
		)
		a, err1 := viewed.Start(w.Node, genserver.None{})
		b, err2 := logged.Start(w.Node, genserver.None{})
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		for i, to := range []coppice.Addr{a, b} {
			_ = genserver.Cast(w.Node, to, breakIn{"drill"})
			synctest.Wait()
			if text, want := w.crashes[i].String(), []string{"state: viewed", "state: logged"}[i]; !strings.Contains(text, want) {
				t.Errorf("there is no %q in\n%s", want, text)
			}
		}
		if log := w.logged(); strings.Contains(log, "gold") || !strings.Contains(log, "viewed") || !strings.Contains(log, "logged") {
			t.Errorf("the log is\n%s", log)
		}
	})
}

func TestCrashReportOfAStart(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		_, _ = labs.Start(w.Node, func(*lab, *coppice.Process) error { panic("boom") })
		synctest.Wait()
		if len(w.crashes) != 1 || !w.crashes[0].Starting || w.crashes[0].Message != nil {
			t.Errorf("reports: %v", w.crashes)
		}
	})
}
