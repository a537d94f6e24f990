package restart

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

var epoch = time.Unix(0, 0)

// family makes a supervisor from lines such as "one_for_all never 3" and
// "a:permanent b:transient! c:temporary", where ! means significant, and runs
// its children.
func family(t testing.TB, flags, children string) *Children {
	t.Helper()
	var strategy, auto string
	var intensity int
	if _, err := fmt.Sscan(flags, &strategy, &auto, &intensity); err != nil {
		t.Fatal(err)
	}
	cs := New(Strategy(slices.Index(strategyNames[:], strategy)),
		AutoShutdown(slices.Index(autoNames[:], auto)), Intensity{Max: intensity, Period: time.Minute})
	for f := range strings.FieldsSeq(children) {
		f, significant := strings.CutSuffix(f, "!")
		id, kind, _ := strings.Cut(f, ":")
		cs.Add(Child{ID: id, Restart: Restart(slices.Index(restartNames[:], kind)), Significant: significant})
		cs.Started(id)
	}
	return cs
}

// act does what a script of one line says, and returns the plans it got in
// short: "-b +a" stops b and starts a, "~t" drops t, "exit" and "exceeded" end.
// Starts succeed, but for the ids in a word such as "fail=a" or "ignore=a",
// which holds for the words after it.
func act(t testing.TB, cs *Children, script string) string {
	t.Helper()
	var out []string
	var fail, ignore string
	for word := range strings.FieldsSeq(script) {
		verb, arg, _ := strings.Cut(word, "=")
		var p Plan
		switch verb {
		case "fail":
			fail = arg
			continue
		case "ignore":
			ignore = arg
			continue
		case "normal", "shutdown", "abnormal":
			p = cs.Exited(arg, Class(slices.Index(classNames[:], verb)), epoch)
		case "retry":
			p = cs.Retry(arg, epoch)
		case "terminate":
			p, _ = cs.Terminate(arg)
		case "stop":
			p = cs.Shutdown()
		default:
			t.Fatalf("no verb %q", verb)
		}
		out = append(out, short(p))
		for _, id := range p.Start {
			if id == fail {
				cs.Failed(id)
				break
			}
			if id == ignore {
				cs.Ignored(id)
			} else {
				cs.Started(id)
			}
		}
	}
	return strings.Join(out, " | ")
}

func short(p Plan) string {
	var words []string
	for _, l := range []struct {
		sign string
		ids  []string
	}{{"-", p.Stop}, {"~", p.Drop}, {"+", p.Start}} {
		for _, id := range l.ids {
			words = append(words, l.sign+id)
		}
	}
	if p.Exit {
		words = append(words, "exit")
	}
	if p.Exceeded {
		words = append(words, "exceeded")
	}
	return strings.Join(words, " ")
}

func state(cs *Children) string {
	var words []string
	for id, s := range cs.All() {
		words = append(words, id+":"+s.String())
	}
	return strings.Join(words, " ")
}

func TestAfter(t *testing.T) {
	want := map[Restart][3]bool{ // after normal, shutdown, abnormal
		Permanent: {true, true, true},
		Transient: {false, false, true},
		Temporary: {false, false, false},
	}
	for r, row := range want {
		for c := Normal; c <= Abnormal; c++ {
			if got := r.After(c); got != row[c] {
				t.Errorf("a %v child after a %v end: restart %t, want %t", r, c, got, row[c])
			}
		}
	}
}

const abc = "a:permanent b:permanent c:permanent"

// planRows are the rules, each with a script that shows it.
var planRows = []struct{ rule, flags, children, script, plans, state string }{
	{"one_for_one restarts the one", "one_for_one never 3", abc,
		"abnormal=b", "+b", "a:running b:running c:running"},
	{"one_for_all stops backwards and starts forwards", "one_for_all never 3", abc,
		"abnormal=b", "-c -a +a +b +c", "a:running b:running c:running"},
	{"rest_for_one leaves those before", "rest_for_one never 3", abc,
		"abnormal=b", "-c +b +c", "a:running b:running c:running"},
	{"the end of a transient child that is not restarted touches nobody", "one_for_all never 3", "a:transient b:permanent",
		"shutdown=a", "", "a:down b:running"},
	{"a temporary child is dropped when it ends", "one_for_all never 3", "a:temporary b:permanent",
		"abnormal=a", "~a", "b:running"},
	{"a temporary child in a run is stopped and dropped", "one_for_all never 3", "a:permanent t:temporary b:permanent",
		"abnormal=a", "-b -t ~t +a +b", "a:running b:running"},
	{"one_for_all starts one that was terminated", "one_for_all never 3", "a:permanent b:permanent",
		"terminate=a abnormal=b", "-a | +a +b", "a:running b:running"},
	{"rest_for_one starts one that had ended", "rest_for_one never 3", "a:permanent b:transient",
		"normal=b abnormal=a", " | +a +b", "a:running b:running"},
	{"one_for_one leaves one that had ended", "one_for_one never 3", "a:permanent b:transient",
		"normal=b abnormal=a", " | +a", "a:running b:down"},
	{"a restart that is ignored is no failure", "one_for_one never 3", "a:permanent",
		"ignore=a abnormal=a retry=a", "+a | ", "a:down"},
	{"a failed start ends the plan", "one_for_all never 3", abc,
		"fail=b abnormal=c", "-b -a +a +b +c", "a:running b:restarting c:down"},
	{"one_for_all tries all again", "one_for_all never 3", abc,
		"fail=b abnormal=c fail= retry=b", "-b -a +a +b +c | -a +a +b +c", "a:running b:running c:running"},
	{"rest_for_one tries again from the one that failed", "rest_for_one never 3", abc,
		"fail=b abnormal=a fail= retry=b", "-c -b +a +b +c | +b +c", "a:running b:running c:running"},
	{"a retry overtaken by another restart finds nothing to do", "one_for_all never 3", "a:permanent b:permanent",
		"fail=b abnormal=b fail= abnormal=a retry=b", "-a +a +b | +a +b | ", "a:running b:running"},
	{"terminating a child calls its retry off", "one_for_one never 3", "a:permanent",
		"fail=a abnormal=a terminate=a retry=a", "+a |  | ", "a:down"},
	{"and strands what that retry was to start", "rest_for_one never 3", "a:permanent b:permanent",
		"fail=a abnormal=a terminate=a retry=a", "-b +a +b |  | ", "a:down b:down"},
	{"a temporary child is dropped when terminated", "one_for_one never 3", "a:temporary",
		"terminate=a", "-a ~a", ""},
	{"the end of a child that is not running means nothing", "one_for_one never 3", "a:permanent",
		"terminate=a abnormal=a abnormal=x retry=x", "-a |  |  | ", "a:down"},
	{"too many restarts end the supervisor, the last child first", "one_for_one never 1", abc,
		"abnormal=b abnormal=b", "+b | -c -a exit exceeded", "a:down b:down c:down"},
	{"intensity 0 allows no restart", "one_for_one never 0", "a:permanent",
		"abnormal=a", "exit exceeded", "a:down"},
	{"intensity 0 allows what is no restart", "one_for_one never 0", "a:transient t:temporary",
		"normal=a abnormal=t", " | ~t", "a:down"},
	{"a restart of all counts as one", "one_for_all never 1", abc,
		"abnormal=a", "-c -b +a +b +c", "a:running b:running c:running"},
	{"a retry counts", "one_for_one never 1", "a:permanent b:permanent",
		"fail=a abnormal=a retry=a", "+a | -b exit exceeded", "a:down b:down"},
	{"any_significant ends with the first", "one_for_one any_significant 3", "a:permanent b:transient! c:permanent",
		"normal=b", "-c -a exit", "a:down b:down c:down"},
	{"any_significant: a restart is no end", "one_for_one any_significant 3", "a:transient!",
		"abnormal=a", "+a", "a:running"},
	{"any_significant: a significant temporary child is dropped all the same", "one_for_one any_significant 3", "a:permanent t:temporary!",
		"abnormal=t", "-a ~t exit", "a:down"},
	{"any_significant: being stopped in a restart is no end", "one_for_all any_significant 3", "a:permanent t:temporary!",
		"abnormal=a", "-t ~t +a", "a:running"},
	{"all_significant ends with the last", "one_for_one all_significant 3", "a:transient! t:temporary! c:permanent",
		"normal=a abnormal=t", " | -c ~t exit", "a:down c:down"},
	{"all_significant: one that awaits a retry has not ended", "one_for_one all_significant 3", "a:transient! b:transient!",
		"fail=a abnormal=a normal=b", "+a | ", "a:restarting b:down"},
	{"all_significant: terminating sets nothing off, but counts as ended after", "one_for_one all_significant 3", "a:transient! b:transient!",
		"terminate=a normal=b", "-a | exit", "a:down b:down"},
	{"all_significant: terminating the last sets nothing off", "one_for_one all_significant 3", "a:transient! b:permanent",
		"terminate=a", "-a", "a:down b:running"},
	{"never: the end of a significant child is nothing special", "one_for_one never 3", "a:transient!",
		"normal=a", "", "a:down"},
	{"the end: all backwards, once", "one_for_one never 3", abc,
		"stop stop abnormal=a", "-c -b -a exit | exit | ", "a:down b:down c:down"},
}

func TestPlans(t *testing.T) {
	for _, r := range planRows {
		t.Run(r.rule, func(t *testing.T) {
			cs := family(t, r.flags, r.children)
			if got := act(t, cs, r.script); got != r.plans {
				t.Errorf("plans %q, want %q", got, r.plans)
			}
			if got := state(cs); got != r.state {
				t.Errorf("children %q, want %q", got, r.state)
			}
		})
	}
}

func TestInitRollsBack(t *testing.T) {
	cs := New(OneForOne, Never, Intensity{})
	for id := range strings.FieldsSeq("a i t b c") {
		cs.Add(Child{ID: id, Restart: map[string]Restart{"t": Temporary}[id]})
	}
	if got := short(cs.Init()); got != "+a +i +t +b +c" {
		t.Errorf("init: %s", got)
	}
	cs.Started("a")
	if cs.Ignored("i") {
		t.Error("a permanent child that ignored was dropped")
	}
	if !cs.Ignored("t") {
		t.Error("a temporary child that ignored was kept")
	}
	cs.Started("b")
	if got := state(cs); got != "a:running i:down b:running c:down" {
		t.Errorf("before c: %s", got)
	}
	if got := short(cs.Shutdown()); got != "-b -a exit" {
		t.Errorf("after c failed: %s", got)
	}
}

func TestByHand(t *testing.T) {
	cs := family(t, "one_for_one never 9", "a:permanent b:permanent")
	act(t, cs, "fail=b abnormal=b")
	answers := func(id string, want Status) {
		t.Helper()
		if got := cs.Status(id); got != want {
			t.Errorf("Status(%s) = %v, want %v", id, got, want)
		}
		before := state(cs)
		if want != Absent {
			if got := cs.Add(Child{ID: id}); got != want {
				t.Errorf("Add of %s, in use: %v, want %v", id, got, want)
			}
		}
		if want != Down {
			if got := cs.Delete(id); got != want {
				t.Errorf("Delete(%s) = %v, want %v", id, got, want)
			}
		}
		if after := state(cs); after != before {
			t.Errorf("an error changed %q to %q", before, after)
		}
	}
	answers("a", Running)
	answers("b", Retrying)
	answers("x", Absent)
	if _, was := cs.Terminate("x"); was != Absent {
		t.Errorf("Terminate(x): %v", was)
	}
	if _, was := cs.Terminate("b"); was != Retrying {
		t.Errorf("Terminate(b): %v", was)
	}
	if p, was := cs.Terminate("a"); was != Running || short(p) != "-a" {
		t.Errorf("Terminate(a): %v %v", p, was)
	}
	answers("a", Down)
	if cs.Delete("a") != Down || cs.Status("a") != Absent {
		t.Error("Delete of a child that is down did not drop it")
	}
	if cs.Add(Child{ID: "a"}) != Absent || state(cs) != "b:down a:down" {
		t.Errorf("a child that is added again comes last: %s", state(cs))
	}
	if cs.Len() != 2 {
		t.Errorf("Len() = %d", cs.Len())
	}
	var back []string
	for id := range cs.Backward() {
		back = append(back, id)
	}
	if !slices.Equal(back, []string{"a", "b"}) {
		t.Errorf("Backward: %v", back)
	}
}

// TestManyChildren would take minutes if a drop, a start or a stop were linear.
func TestManyChildren(t *testing.T) {
	const n = 200_000
	cs := New(OneForAll, AnySignificant, Intensity{})
	for i := range n {
		cs.Add(Child{ID: fmt.Sprint(i), Restart: Restart(i % 3)})
	}
	for i, id := range cs.Init().Start {
		if i%6 == 5 {
			cs.Ignored(id)
		} else {
			cs.Started(id)
		}
	}
	for i := 2; i < n; i += 6 {
		cs.Exited(fmt.Sprint(i), Normal, epoch)
	}
	if got, want := len(cs.Shutdown().Stop), (n+2)/3+(n+1)/3; got != want {
		t.Errorf("stopped %d children, want %d", got, want)
	}
}

func TestNames(t *testing.T) {
	got := fmt.Sprint(Transient, Shutdown, RestForOne, AnySignificant, Retrying, Strategy(9))
	if want := "transient shutdown rest_for_one any_significant restarting invalid"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestUnknownChildIsABug(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Started of a child that does not exist did not panic")
		}
	}()
	New(OneForOne, Never, Intensity{}).Started("x")
}
