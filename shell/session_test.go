package shell

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// run runs a program and returns what it shows, and the error as the user sees
// it.
func run(f *fake, text string) string {
	s := NewSession(f)
	var out []string
	err := s.Eval(context.Background(), text, func(r Result) { out = append(out, r.Text(Format{})) })
	if err != nil {
		if at := new(Error); errors.As(err, &at) {
			out = append(out, at.Caret())
		} else {
			out = append(out, err.Error())
		}
	}
	return strings.Join(out, "\n")
}

// A fact about a process is a line, whatever it says.
func TestFactsAreLines(t *testing.T) {
	f := newFake()
	cache := f.details["cache"]
	cache.LastExit = "wrap: closed\nshutdown"
	f.details["cache"] = cache
	if out := run(f, "i cache"); !strings.Contains(out, "\nlast exit     wrap: closed shutdown\n") {
		t.Errorf("got:\n%s", out)
	}
}

// In a table the clock is enough for a time of today, so that more of the rest is
// seen.
func TestTimesInTables(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.FixedZone("", 3600))
	list := []inspect.Crash{{ID: 1, Last: now.Add(-time.Minute).UTC()}, {ID: 2, Last: now.Add(-24 * time.Hour).UTC()}}
	typ, value := fromGo(list)
	for _, c := range []struct {
		f    Format
		want []string
	}{
		{Format{Now: now}, []string{"11:59:00", "2026-02-28 12:00:00"}},
		{Format{}, []string{"2026-03-01 10:59:00", "2026-02-28 11:00:00"}},
	} {
		for i, line := range strings.Split(Result{typ: typ, value: value}.Text(c.f), "\n")[1:] {
			if !strings.Contains(line, "  "+c.want[i]+" ") {
				t.Errorf("%s; want %s", line, c.want[i])
			}
		}
	}
}

// What a supervisor tells of itself is not told twice.
func TestChildrenAreToldOnce(t *testing.T) {
	f := newFake()
	sup := f.details["cache"]
	sup.Kind, sup.Children, sup.Spec = "supervisor", 2, []inspect.Pair{{Key: "children", Value: "3"}}
	f.details["cache"] = sup
	if out := run(f, "i cache"); strings.Count(out, "\nchildren ") != 1 {
		t.Errorf("got:\n%s", out)
	}
}

// What a line has the node do.
func TestActions(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{`call cache Get`, `call cache Get{}`},
		{`call cache main.Get`, `call cache main.Get{}`},
		{`cast cache Save {Value: "hola"}`, `cast cache Save{Value:"hola"}`},
		{`cast cache Save{Value: hola, N: -3.5}`, `cast cache Save{Value:hola, N:-3.5}`},
		{`cast match_123 Event goal`, `cast match_123 Event{:goal}`},
		{`cast match_123 Event "goal"`, `cast match_123 Event{:"goal"}`},
		{`cast match_123 Event {Kind: (1 + 2)}`, `cast match_123 Event{Kind:3}`},
		{`cast x All [a, {B: 1}, C{D: "e"},]`, `cast x All{:[a, {B:1}, C{D:"e"}]}`},
		{"cast x All {\n  A: 1, # one\n  B: 2,\n}", `cast x All{A:1, B:2}`},
		{`exit cache kill`, `exit cache kill`},
		{`exit <0.2.0> kill`, `exit <0.2.0> kill`},
		{`exit (whereis cache) kill`, `exit <0.2.0> kill`},
		{`exit (procs() | filter(.Name == "cache") | first) kill`, `exit <0.2.0> kill`},
		{`exit cache "out of memory"`, `exit cache out of memory`},
		{`call cart:42 AddItem {SKU: "x", Qty: -1}`, `call cart:42 AddItem{SKU:"x", Qty:-1}`},
		{`start_child football_match_supervisor match_123`, `start_child football_match_supervisor match_123`},
		{`start_child s {ID: "x"}`, `start_child s {ID:"x"}`},
		{`terminate_child s m1`, `terminate_child s m1`},
		{`stop cache`, `stop cache`},
		{`stop cache shutdown`, `stop cache shutdown`},
		{`suspend cache`, `suspend cache`},
		{`log_level cache debug`, `log_level cache debug`},
		{`log_level cache none`, `log_level cache`},
		{`state cache`, `state cache`},
		{`let x = 5; cast cache Save (x)`, `cast cache Save{:5}`},
		{`x = whereis cache; call (x) Get`, `call <0.2.0> Get{}`},
	} {
		f := newFake()
		out := run(f, c.line)
		if len(f.done) != 1 {
			t.Errorf("%s: done %v, shown %q", c.line, f.done, out)
			continue
		}
		if got := sent(f.done[0]); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.line, got, c.want)
		}
	}
}

// What a line shows.
func TestResults(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{`1 + 2 * 3`, "7"},
		{`(1 + 2) * 3 - 10 % 4`, "7"},
		{`-2 < 1 and not (1 == 2) || false`, "true"},
		{`"a" + "b" contains "b"`, "true"},
		{`2 in [1, 2]`, "true"},
		{`"match_1" matches "^match_\\d$"`, "true"},
		{`90s / 2`, "45s"},
		{`1m30s == 90s && 1.5s > 200ms`, "true"},
		{`2m - 30s > 1m`, "true"},
		{`1 / 3`, "0.33"},
		{`whereis cache`, "<0.2.0>"},
		{`whereis nobody`, "nil"},
		{`whereis cache == 1`, "  whereis cache == 1\n                ^^\n\"==\" is one too many for whereis\nusage: whereis NAME"},
		{`(whereis cache) == <0.2.0>`, "true"},
		{`procs() | filter(.Mailbox > 5) | sort(-.Mailbox) | map(.Name) | take(3)`, "match_123\ncache"},
		{`ps | filter(.Mailbox > 5) | count`, "2"},
		{`count(procs())`, "5"},
		{`procs() | filter(.Uptime >= 5s && .Name contains "match") | map(.PID)`, "<0.3.0>"},
		{`procs() | sum(.Mailbox)`, "20"},
		{`procs() | max(.Uptime)`, "9s"},
		{`procs() | avg(.Mailbox)`, "4"},
		{`procs() | group(.Status)`, "Key      Count\nidle         3\nrunning      1\nwaiting      1"},
		{`procs() | map(.Kind) | unique`, "process\nserver\nsupervisor"},
		{`procs() | filter(.Budget != nil) | map(.Budget.Used)`, "2"},
		{`procs() | sort(.Name) | reverse | map({Name: .Name, N: .Mailbox * 2}) | take(1)`, "Name        N\nmatch_123  24"},
		{`procs() | drop(4) | last | .Name`, "  procs() | drop(4) | last | .Name\n                             ^^^^^\nnothing called \".Name\" can follow a bar\nthere is: avg, count, drop, filter, first, group, last, map, max, min, reverse, sort, and 3 more"},
		{`(procs() | drop(4) | last).Name`, "cart:42"},
		{`[{A: 1, Long: 2s, None: [], B: "x"}] | first`, "A     1\nLong  2s\nB     x"},
		{`x = 2; x + it; it1 + it2 + it`, "2\n4\n10"},
		{`[3, 1, 2] | sort`, "1\n2\n3"},
		{`[] | count`, "0"},
		{`procs() | filter(.Mailbox > 100)`, "none"},
		{"procs() |\n  count", "5"},
		{`names | map(.Name) | take(2)`, "football_match_supervisor\ncache"},
		{`children football_match_supervisor | map(.PID)`, "<0.3.0>\n<0.4.0>"},
		{`crash 7`, "cache ended: boom"},
		{`crashes | map(.Reason)`, "boom"},
		{`tree`, "Name                       PID           Label               Status   Mailbox  Restarts\n" +
			"football_match_supervisor  <0.1.0>       supervisor.Dynamic  idle           0         1\n" +
			"  match_123                <0.3.0>       main.Tracker        running       12         0\n" +
			"  … 4000 more              pool:<0.1.0>                                     0         0"},
		{`status | .Name`, "  status | .Name\n           ^^^^^\nnothing called \".Name\" can follow a bar\nthere is: avg, count, drop, filter, first, group, last, map, max, min, reverse, sort, and 3 more"},
		{`(status).Processes`, "5"},
		{`i (1 + 1)`, "a number"},
		{`i (2s)`, "a duration"},
		{`i (nil == nil)`, "a bool"},
		{`i ([{A: 1}, {A: 2}])`, "a list of 2, the first a record\nfields: A"},
	} {
		got := run(newFake(), c.line)
		if got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.line, got, c.want)
		}
	}
}

// What is said of a line that makes no sense.
func TestErrors(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{`procs() | filter(.Mailbx > 5)`, `
  procs() | filter(.Mailbx > 5)
                    ^^^^^^
type Process has no field Mailbx; did you mean Mailbox?`},
		{`cal cache Get`, `
  cal cache Get
  ^^^
there is no command cal
did you mean call?`},
		{`call`, `
  call
      ^
call needs WHO, a name or a pid
usage: call WHO MESSAGE`},
		{`call cache`, `
  call cache
            ^
call needs MESSAGE, the name of a message and its fields
usage: call WHO MESSAGE`},
		{`cast cache Save {Value "hola"}`, `
  cast cache Save {Value "hola"}
                         ^
here should be ":" after the field Value
for example: {Value: 1}`},
		{`cast cache Save hola hola`, `
  cast cache Save hola hola
                       ^^^^
"hola" is one too many for cast
usage: cast WHO MESSAGE`},
		{`procs() | filtr(.Mailbox > 5)`, `
  procs() | filtr(.Mailbox > 5)
            ^^^^^
nothing called "filtr" can follow a bar
did you mean filter?`},
		{`procs() | filter(.Mailbox)`, `
  procs() | filter(.Mailbox)
                   ^^^^^^^^
filter takes a bool, and this is a number
for example: procs() | filter(.Mailbox > 5)`},
		{`procs() | filter(.Name > 5)`, `
  procs() | filter(.Name > 5)
                         ^
> does not work between string and number`},
		{`procs() | filter(.Uptime > 5)`, `
  procs() | filter(.Uptime > 5)
                           ^
> does not work between duration and number
times are written 5s, 200ms or 1m30s`},
		{`procs() | sort`, `
  procs() | sort
            ^^^^
a Process has no order: say by what
for example: procs() | sort(-.Mailbox)`},
		{`.Mailbox`, `
  .Mailbox
  ^^^^^^^^
a dot stands for the element inside of filter(…), map(…) and the like: there is none here
for example: procs() | filter(.Mailbox > 5)`},
		{`xs`, `
  xs
  ^^
there is no variable and no command xs
did you mean ps?`},
		{`it`, `
  it
  ^^
there is no result yet
it is the result of the line before, it1 that of the first line`},
		{`ps = 5`, `
  ps = 5
  ^^
ps is a command, and cannot be a variable
choose another name`},
		{`it = 5`, `
  it = 5
  ^^
it is the result of an earlier line, and cannot be a variable
choose another name`},
		{`cast cache Save {Value: "hola}`, `
  cast cache Save {Value: "hola}
                          ^^^^^^
this string is not well formed
a string is "like this"; \" and \\ stand for a quote and a backslash in it`},
		{`i 😀 "ça" x`, `
  i 😀 "ça" x
       ^
"\"" is one too many for i
usage: i WHO`},
		{`1 +`, `
  1 +
     ^
a value is missing after +`},
		{`crash x`, `
  crash x
        ^
x is not the number of a crash: crashes lists them
usage: crash ID`},
		{`5min`, `
  5min
  ^^^^
this is no number
numbers are 12 and 0.5, times are 200ms and 1m30s`},
		{`procs() | take(-1)`, `
  procs() | take(-1)
            ^^^^^^^^
this takes how many: a number that is whole and not negative
for example: procs() | take(3)`},
		{`[] | first`, `
  [] | first
       ^^^^^
the list is empty: it has no first one
for example: procs() | sort(-.Mailbox) | first`},
		{`procs() | map(.Budget.Usd)`, `
  procs() | map(.Budget.Usd)
                        ^^^
a nil has no fields
it is nil`},
		{`procs() | filter(.Budget != nil) | map(.Budget.Usd)`, `
  procs() | filter(.Budget != nil) | map(.Budget.Usd)
                                                 ^^^
type Budget has no field Usd; did you mean Used?`},
		{`break! Tracker`, `
  break! Tracker
  ^^^^^
there is no command break
` + wish("break")},
		{`recompile`, `
  recompile
  ^^^^^^^^^
there is no variable and no command recompile
` + wish("recompile")},
		{`trace cache --mx 5`, `
  trace cache --mx 5
              ^^^^
trace has no option --mx
usage: trace WHO [--max N] [--for TIME]`},
		{`trace cache --for 5`, `
  trace cache --for 5
                    ^
--for is followed by a time, such as 10s or 1m30s
usage: trace WHO [--max N] [--for TIME]`},
		{`trace --max cache`, `
  trace --max cache
              ^^^^^
--max is followed by a number
usage: trace WHO [--max N] [--for TIME]`},
		{`trace cache --max 0`, `
  trace cache --max 0
        ^^^^^
at least one event, and some time
usage: trace WHO [--max N] [--for TIME]`},
		{`watch cache .Totl`, `
  watch cache .Totl
               ^^^^
a string has no fields
it is ok`},
		{`alias ps = procs()`, `
  alias ps = procs()
        ^^^^^^^^^^^^
ps is a command, and cannot be an alias
usage: alias [NAME = TEXT]`},
		{`alias a-b = procs()`, `
  alias a-b = procs()
        ^^^^^^^^^^^^^
"a-b" cannot be the name of an alias: it is letters, digits and _
usage: alias [NAME = TEXT]`},
		{`alias x`, `
  alias x
        ^
an alias is NAME = TEXT, for example: goal = cast match_123 Event
usage: alias [NAME = TEXT]`},
		{`1; 2 +* 3`, `
  1; 2 +* 3
        ^
here should be a value, and not "*"`},
	} {
		if got := run(newFake(), c.line); got != strings.TrimPrefix(c.want, "\n") {
			t.Errorf("%s:\n got\n%s\nwant%s", c.line, got, c.want)
		}
	}
}

func TestUnfinished(t *testing.T) {
	for text, want := range map[string]bool{
		"cast cache Save {":              true,
		"cast cache Save {Value:":        true,
		"cast cache Save {Value: \"x\",": true,
		"cast cache Save {Value":         true,
		"cast cache All [a,":             true,
		"procs() |":                      true,
		"procs() | filter(":              true,
		"procs() | filter(.Mailbox >":    true,
		"(1 +":                           true,
		"`a\nb":                          true,
		"call cache":                     false,
		"call cache Get":                 false,
		"cast cache Save {]":             false,
		"cast cache Save \"x":            false,
		"":                               false,
	} {
		if got := NewSession(newFake()).Unfinished(text); got != want {
			t.Errorf("Unfinished(%q) = %v", text, got)
		}
	}
}
