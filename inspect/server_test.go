package inspect_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/inspect"
	"github.com/seed-7832d3a3/coppice/supervisor"
	"github.com/seed-7832d3a3/coppice/sys"
)

const secret = "hunter2"

// A shop is a server with secrets in its state and its messages.
type shop struct {
	Word  string
	Token string `coppice:"redact"`
	Seen  map[string]Login
}

type (
	Get   struct{ genserver.Returns[Login] }
	Save  struct{ Word string }
	Login struct {
		User string
		Pass string `coppice:"redact"`
	}
	Boom struct {
		Login Login
		Any   any
	}
	Fail   struct{ genserver.Returns[int] }
	hidden struct{}
)

func newShop(_ *coppice.Process, word string) (*shop, error) {
	return &shop{Word: word, Token: secret, Seen: map[string]Login{"a": {"u", secret}}}, nil
}

func (s *shop) get(*coppice.Process, Get) (Login, error) { return Login{s.Word, secret}, nil }
func (s *shop) save(_ *coppice.Process, m Save) error    { s.Word = m.Word; return nil }
func (s *shop) login(*coppice.Process, Login) error      { return nil }
func (s *shop) hidden(*coppice.Process, hidden) error    { return nil }
func (s *shop) boom(_ *coppice.Process, m Boom) error    { panic(m) }
func (s *shop) fail(*coppice.Process, Fail) (int, error) { return 0, errors.New("sold out") }

var shops = genserver.Define(newShop,
	genserver.OnCall((*shop).get), genserver.OnCall((*shop).fail),
	genserver.OnCast((*shop).save), genserver.OnCast((*shop).login), genserver.OnCast((*shop).boom), genserver.OnCast((*shop).hidden),
)

// startShops starts a shop named cache under a supervisor named top, and a
// Dynamic of shops named mall.
func startShops(n *coppice.Node) {
	_, err := supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{
		{ID: "c", Start: shops.With("empty", genserver.Name(coppice.Name("cache")))},
		{ID: "m", Start: &supervisor.Dynamic[string]{
			Template: func(word string) supervisor.ChildSpec {
				return supervisor.ChildSpec{Start: shops.With(word, genserver.Name(coppice.Name(word))), Restart: supervisor.Transient}
			},
			Options: []supervisor.Option{supervisor.Name(coppice.Name("mall"))},
		}},
	}}, supervisor.Name(coppice.Name("top"))).Start(n)
	must(err)
}

func do(t *testing.T, v *inspect.View, a inspect.Action) string {
	t.Helper()
	result, err := v.Do(t.Context(), a)
	synctest.Wait()
	if err != nil {
		return "error: " + err.Error()
	}
	return result.Text
}

func TestDetailOfAServer(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		startShops(n)
		d, err := v.Detail(n.Whereis("cache"))
		must(err)
		var accepts []string
		for _, m := range d.Accepts {
			accepts = append(accepts, m.Kind+" "+m.Name+" "+m.Reply)
		}
		want := "call Get inspect_test.Login,call Fail int,cast Save ,cast Login ,cast Boom "
		if got := strings.Join(accepts, ","); got != want {
			t.Errorf("accepts %s; want %s", got, want)
		}
		if d.Kind != "server" || d.ID != "c" || fmt.Sprint(d.Spec) != "[{restart permanent} {shutdown 5s}]" {
			t.Errorf("%+v", d)
		}
		if m := d.Accepts[2]; m.Type.Kind != "struct" || len(m.Type.Fields) != 1 || m.Type.Fields[0].Type.Kind != "string" {
			t.Errorf("%+v", m)
		}
		d, err = v.Detail(n.Whereis("mall"))
		must(err)
		if d.Kind != "supervisor" || d.Argument == nil || d.Argument.Go != "string" || d.Budget == nil || d.Budget.Max != 3 {
			t.Errorf("%+v", d)
		}
	})
}

func TestActions(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		startShops(n)
		value := func(v inspect.Value) *inspect.Value { return &v }
		for _, c := range []struct {
			action inspect.Action
			want   string
		}{
			{inspect.Action{Verb: "call", To: "cache", Message: value(word("Get"))}, `{User:"empty" Pass:[redacted]}`},
			{inspect.Action{Verb: "cast", To: "cache", Message: value(structure("Save", "", word("hola")))}, "ok"},
			{inspect.Action{Verb: "call", To: "cache", Message: value(structure("inspect_test.Get"))}, `{User:"hola" Pass:[redacted]}`},
			{inspect.Action{Verb: "cast", To: "cache", Message: value(structure("Save", "Word", quoted("x y")))}, "ok"},
			{inspect.Action{Verb: "exit", To: "cache", Reason: "kill"}, "true"},
			{inspect.Action{Verb: "call", To: "cache", Message: value(word("Get"))}, `{User:"empty" Pass:[redacted]}`},
			{inspect.Action{Verb: "call", To: "cache", Message: value(word("Fail"))}, "error: sold out"},
			{inspect.Action{Verb: "call", To: "cache", Message: value(word("Gt"))}, "error: cache does not accept Gt (did you mean Get?); it accepts Get, Fail"},
			{inspect.Action{Verb: "call", To: "cache", Message: value(word("Save"))}, "error: cache does not accept Save as a call, but as a cast; it accepts Get, Fail"},
			{inspect.Action{Verb: "cast", To: "cache", Message: value(word("hidden"))}, "error: cache does not accept hidden; it accepts Save, Login, Boom"},
			{inspect.Action{Verb: "cast", To: "cache", Message: value(structure("Save", "Wrd", word("x")))}, "error: inspect_test.Save has no field Wrd (did you mean Word?); it has Word"},
			{inspect.Action{Verb: "call", To: "cache"}, "error: a call needs a message; write its name, and its fields: Save {Value: \"x\"}"},
			{inspect.Action{Verb: "call", To: "nobody", Message: value(word("Get"))}, "error: no process is registered as \"nobody\""},
			{inspect.Action{Verb: "cal", To: "cache"}, "error: no action \"cal\" (did you mean call?); there is call, cast, "},
			{inspect.Action{Verb: "start_child", To: "mall", Argument: value(word("shoes"))}, "ok <0."},
			{inspect.Action{Verb: "start_child", To: "mall", Argument: value(word("shoes"))}, "error: "},
			{inspect.Action{Verb: "start_child", To: "mall"}, "error: the template of mall needs an argument; give a string"},
			{inspect.Action{Verb: "start_child", To: "top", Argument: value(word("x"))}, "error: top has no template: only templates can be started from here"},
			{inspect.Action{Verb: "start_child", To: "cache", Argument: value(word("x"))}, "error: cache is no supervisor"},
			{inspect.Action{Verb: "terminate_child", To: "mall", Child: "nowhere"}, "error: mall has no child nowhere"},
			{inspect.Action{Verb: "terminate_child", To: "mall", Child: "shoes"}, "ok"},
			{inspect.Action{Verb: "exit", To: "shoes"}, "error: no process is registered as \"shoes\""},
			{inspect.Action{Verb: "restart_child", To: "top", Child: "c"}, "error: supervisor: running"},
			{inspect.Action{Verb: "terminate_child", To: "top", Child: "cache"}, "ok"},
			{inspect.Action{Verb: "restart_child", To: "top", Child: "c"}, "ok <0."},
			{inspect.Action{Verb: "suspend", To: "cache"}, "ok"},
			{inspect.Action{Verb: "call", To: "cache", Message: value(word("Get"))}, "error: "},
			{inspect.Action{Verb: "resume", To: "cache"}, "ok"},
			{inspect.Action{Verb: "terminate_child", To: "top", Child: "c"}, "ok"},
			{inspect.Action{Verb: "delete_child", To: "top", Child: "c"}, "ok"},
			{inspect.Action{Verb: "stop", To: "top", Reason: "shutdown"}, "ok"},
			{inspect.Action{Verb: "stop", To: "top"}, "error: no process is registered as \"top\""},
		} {
			if got := do(t, v, c.action); !strings.HasPrefix(got, c.want) {
				t.Errorf("%+v: %s; want %s", c.action, got, c.want)
			}
		}
	})
}

// Every action that is begun is an event, with who wanted it and why, and without
// what is not to be seen.
func TestActionsAreAudited(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		startShops(n)
		cache := n.Whereis("cache").String()
		login := structure("Login", "User", word("u"), "Pass", word(secret))
		do(t, v, inspect.Action{Verb: "cast", To: "cache", Message: &login, Who: "ann", Why: "a try"})
		do(t, v, inspect.Action{Verb: "cast", To: "cache", Message: nil}) // which comes to nothing
		get := word("Get")
		do(t, v, inspect.Action{Verb: "call", To: "cache", Message: &get, Why: "a\n2026 ERROR a lie" + strings.Repeat("!", 1<<16)})
		events, gap := v.Events(1)
		if len(events) != 1 || strings.Contains(events[0].Text, "\n") || len(events[0].Text) > 2000 || !strings.Contains(events[0].Text, "by somebody: a 2026") {
			t.Errorf("%.3000v", events)
		}
		events, _ = v.Events(0)
		if len(events) != 2 || gap || events[0].Kind != "action" ||
			events[0].Text != `cast cache inspect_test.Login {User:"u" Pass:[redacted]} by ann: a try` {
			t.Errorf("%+v", events)
		}
		do(t, v, inspect.Action{Verb: "exit", To: cache, Reason: "kill"})
		if events, _ = v.Events(2); len(events) == 0 || events[0].Name != "cache" || events[0].PID != cache || !events[0].About("cache") || !events[0].About(cache) {
			t.Errorf("it is not told whom it was about: %+v", events)
		}
	})
}

// A secret shows nowhere: not in a state, a reply, a crash report, an event, a
// log, nor a trace.
func TestSecretsDoNotShow(t *testing.T) {
	bubbleLogged(t, func(t *testing.T, n *coppice.Node, v *inspect.View, text func() string) {
		startShops(n)
		cache := n.Whereis("cache")
		trace, err := v.Trace(t.Context(), cache, sys.Limit{Events: 2})
		must(err)
		state, err := v.State(t.Context(), cache)
		if err != nil || !strings.Contains(state.Text, `Token:[redacted] Seen:map["a":{User:"u" Pass:[redacted]}]`) {
			t.Errorf("%+v, %v", state, err)
		}
		must(genserver.Cast(n, cache, Login{"u", secret}))
		boom := Boom{Login{"u", secret}, map[string]any{"x": &Login{"v", secret}}}
		must(genserver.Cast(n, cache, boom))
		synctest.Wait()
		var all strings.Builder
		for e := range trace {
			fmt.Fprintf(&all, "%+v\n", e)
		}
		if !strings.Contains(all.String(), `inspect_test.Login{User:"u" Pass:[redacted]}`) {
			t.Errorf("the trace is %s", all.String())
		}
		crash, err := v.Crash(1)
		must(err)
		if !strings.Contains(crash.Message, "[redacted]") || !strings.Contains(crash.State, "Token:[redacted]") {
			t.Errorf("%+v", crash)
		}
		events, _ := v.Events(0)
		log := v.Log(inspect.LogQuery{})
		fmt.Fprintf(&all, "%+v\n%+v\n%+v\n%+v\n%s", crash, events, v.Crashes(), log, text())
		if strings.Contains(all.String(), secret) || len(log.Records) == 0 || len(events) < 2 {
			t.Errorf("%s", all.String())
		}
	})
}

func TestHistory(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		startShops(n)
		for range 2 {
			must(genserver.Cast(n, coppice.Name("cache"), Boom{}))
			synctest.Wait()
		}
		page, err := v.List(t.Context(), inspect.Query{Where: "restarts>0", Sort: "name"})
		must(err)
		if len(page.Rows) != 2 || page.Rows[0].Restarts != 2 || page.Rows[0].Recent != 2 || page.Rows[1].Recent != 2 ||
			page.Rows[1].Budget.Used != 2 || !strings.Contains(page.Rows[0].LastExit, "panic") {
			t.Errorf("%+v", page.Rows)
		}
		if h := v.Node(); h.Restarts != 2 || h.Recent != 2 || len(h.Near) != 1 || h.Near[0].Name != "top" {
			t.Errorf("%+v", h)
		}
		crashes := v.Crashes()
		if len(crashes) != 1 || crashes[0].Count != 2 || crashes[0].Text != "" || !strings.Contains(crashes[0].Decision, "restart 2 of 3") {
			t.Errorf("%+v", crashes)
		}
		events, _ := v.Events(0)
		kinds := ""
		for _, e := range events {
			kinds += e.Kind + " "
		}
		if kinds != "crash restart crash restart " || events[1].Child != "c" || events[1].SupName != "top" || events[1].Crash != 1 {
			t.Errorf("%s: %+v", kinds, events)
		}
		for who, want := range map[string]bool{"c": true, "cache": false, "top": true, events[1].PID: true, strings.Trim(events[1].PID, "<>"): true, "": false} {
			if events[1].About(who) != want {
				t.Errorf("about %s: %v", who, !want)
			}
		}
		if !events[0].About("cache") {
			t.Errorf("%+v", events[0])
		}
		if _, err := v.Crash(7); !errors.Is(err, inspect.ErrNotFound) {
			t.Error(err)
		}
		time.Sleep(6 * time.Minute)
		if h := v.Node(); h.Restarts != 2 || h.Recent != 0 || len(h.Near) != 0 {
			t.Errorf("later: %+v", h)
		}
	})
}

// Children are shown in start order, also those without a process.
func TestChildren(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		startShops(n)
		top := n.Whereis("top")
		must(supervisor.TerminateChild(n, top, "c"))
		all, total := v.Children(top, 0)
		if few, n := v.Children(top, 1); len(few) != 1 || few[0].ID != "c" || n != 2 {
			t.Errorf("%+v of %d", few, n)
		}
		if len(all) != 2 || total != 2 || all[1].ID != "m" || all[1].Type != "supervisor" || all[0].ID != "c" || all[0].Status != "stopped" || all[0].PID != "" {
			t.Errorf("%+v", all)
		}
		tree, err := v.Tree(t.Context(), inspect.TreeQuery{OpenAll: true})
		must(err)
		if len(tree.Rows) != 3 || tree.Rows[2].ID != "c" || tree.Rows[2].Status != "stopped" || tree.Rows[2].Level != 2 || tree.Rows[2].Parent != top.String() {
			t.Errorf("%+v", tree)
		}
		found, err := v.Tree(t.Context(), inspect.TreeQuery{Where: "status:stopped"})
		if err != nil || len(found.Rows) != 2 || found.Rows[0].Name != "top" || found.Rows[1].ID != "c" {
			t.Errorf("%+v, %v", found, err)
		}
		tree, err = v.Tree(t.Context(), inspect.TreeQuery{Focus: n.Whereis("mall").String()})
		if err != nil || tree.At == nil || *tree.At != 1 || len(tree.Rows) != 3 {
			t.Errorf("%+v, %v", tree, err)
		}
	})
}

// A zombie is shown even after it was killed.
func TestZombies(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		hold := make(chan struct{})
		hangs := func(p *coppice.Process) error {
			<-hold
			return nil
		}
		killed, err := coppice.Spawn(n, hangs)
		must(err)
		told, err := coppice.Spawn(n, hangs)
		must(err)
		synctest.Wait()
		must(coppice.Exit(n, killed, coppice.Kill))
		must(coppice.Exit(n, told, coppice.Shutdown))
		if h := v.Node(); h.Zombies != 0 || h.Processes != 1 {
			t.Errorf("at once: %+v", h)
		}
		time.Sleep(10 * time.Second)
		page, err := v.List(t.Context(), inspect.Query{Where: "status=zombie"})
		if err != nil || len(page.Rows) != 2 || page.Rows[0].PID != killed.String() {
			t.Errorf("%+v, %v", page, err)
		}
		if h := v.Node(); h.Zombies != 2 || h.ByStatus["zombie"] != 2 || h.Processes != 1 {
			t.Errorf("%+v", h)
		}
		all := v.Zombies()
		if len(all) != 2 || all[0].PID != killed.String() || !all[0].Killed || !all[0].Zombie || !strings.Contains(all[0].Stack, "TestZombies") {
			t.Errorf("%+v", all)
		}
		close(hold)
	})
}

// While somebody watches there are rates; a query with a window measures them
// for itself.
func TestRates(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		startShops(n)
		work := func() {
			for range 10 {
				must(genserver.Cast(n, coppice.Name("cache"), Save{"x"}))
			}
			synctest.Wait()
		}
		go func() {
			time.Sleep(time.Second)
			work()
		}()
		page, err := v.List(t.Context(), inspect.Query{Where: "name=cache", Window: 2 * time.Second})
		if err != nil || page.Rows[0].In != 5 {
			t.Errorf("%+v, %v", page, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		ticks := 0
		for tick := range v.Watch(ctx, 0) {
			page, err := tick.List(inspect.Query{Where: "in>0"})
			must(err)
			switch ticks++; ticks {
			case 1:
				work()
			case 2:
				if len(page.Rows) != 1 || page.Rows[0].In != 10 || tick.Period != time.Second {
					t.Errorf("%+v, %v", page, tick.Period)
				}
				tick.Took(100 * time.Millisecond)
			case 3:
				if tick.Period > 15*time.Second || tick.Period < 12*time.Second { // what the list has cost is a scan's matter
					t.Errorf("the next tick comes in %v", tick.Period)
				}
				cancel()
			}
		}
		if points := v.Metrics(); ticks != 3 || len(points) != 2 || points[0].In != 10 || points[0].Processes != 3 {
			t.Errorf("%d ticks: %+v", ticks, points)
		}
	})
}

// Who comes back soon finds the rates; when nobody watches any more nothing is
// measured.
func TestTheSamplerLingers(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		startShops(n)
		watch := func(ticks int) (in float64) {
			for tick := range v.Watch(t.Context(), 0) {
				page, err := tick.List(inspect.Query{Where: "name=cache"})
				must(err)
				in = page.Rows[0].In
				if ticks--; ticks == 0 {
					break
				}
				must(genserver.Cast(n, coppice.Name("cache"), Save{"x"}))
			}
			return in
		}
		if in := watch(2); in != 1 {
			t.Errorf("at first: %v", in)
		}
		time.Sleep(500 * time.Millisecond)
		if in := watch(1); in != 1 {
			t.Errorf("back soon: %v", in)
		}
		time.Sleep(time.Minute)
		if points := v.Metrics(); len(points) > 8 {
			t.Errorf("it has gone on: %d points", len(points))
		}
		if in := watch(1); in != 0 {
			t.Errorf("back late: %v", in)
		}
	})
}

// Whoever watches is let go when the node has stopped.
func TestWatchEndsWithTheNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := coppice.NewNode(coppice.Options{})
		over := make(chan struct{})
		go func() {
			for range inspect.Of(n).Watch(context.Background(), 0) {
			}
			close(over)
		}()
		time.Sleep(3 * time.Second)
		n.Stop(t.Context())
		<-over
	})
}

// What runs a function that does not say otherwise cannot be asked, and says so at
// once: nobody waits for it to receive. One that has ended is not there.
func TestPlainProcessesAreNotAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		node := coppice.NewNode(coppice.Options{Name: "plain"})
		defer node.Stop(context.Background())
		v := inspect.Of(node)
		pid, err := coppice.Spawn(node, func(p *coppice.Process) error {
			<-p.Done()
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		ask := map[string]func() error{
			"state": func() error { _, err := v.State(t.Context(), pid); return err },
			"trace": func() error { _, err := v.Trace(t.Context(), pid, sys.Limit{}); return err },
			"suspend": func() error {
				_, err := v.Do(t.Context(), inspect.Action{Verb: "suspend", To: pid.String()})
				return err
			},
			"resume": func() error {
				_, err := v.Do(t.Context(), inspect.Action{Verb: "resume", To: pid.String()})
				return err
			},
		}
		for what, f := range ask {
			began := time.Now()
			err := f()
			if refused := new(inspect.RefusedError); !errors.As(err, &refused) || !strings.Contains(err.Error(), "cannot be asked") {
				t.Errorf("%s: %v", what, err)
			}
			if d := time.Since(began); d > 0 {
				t.Errorf("%s took %v", what, d)
			}
		}
		able, err := coppice.Spawn(node, func(p *coppice.Process) error {
			var control sys.Control
			p.OnSystem(func(p *coppice.Process, m coppice.Message) { _ = control.Handle(p, m, "able", nil) })
			p.Receive()
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if r, err := v.State(t.Context(), able); err != nil || r.Text != "able" {
			t.Errorf("of a function that answers: %q %v", r.Text, err)
		}
		_ = coppice.Exit(node, pid, coppice.Kill)
		synctest.Wait()
		if err := ask["state"](); !errors.Is(err, coppice.NoProc) {
			t.Errorf("of one that has ended: %v", err)
		}
	})
}
