package saturday

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/coppicetest"
	"github.com/seed-7832d3a3/coppice/examples/football/feed"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// small is a Saturday with 400 requests a second.
var small = Options{Matches: 3, Fans: 40, Seed: 7}

func start(t *testing.T, n *coppice.Node, o Options) *Saturday {
	t.Helper()
	s, err := Start(n, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func call[R any](t *testing.T, n *coppice.Node, to coppice.Addr, message genserver.Request[R]) R {
	t.Helper()
	reply, err := genserver.Call(n, to, message)
	if err != nil {
		t.Fatal(err)
	}
	return reply
}

// pass lets the fake clock move on.
func pass(d time.Duration) { <-time.After(d) }

func figures(t *testing.T, n *coppice.Node) map[string]Figure {
	t.Helper()
	by := map[string]Figure{}
	for _, f := range call(t, n, Traffic, Now{}).Competitions {
		by[f.Competition] = f
	}
	return by
}

// Matches begin and end for five minutes, and nobody who follows one finds it
// gone.
func TestNobodyNoticesTheEndOfAMatch(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		start(t, n, Options{Matches: 2, Fans: 12, Every: 500 * time.Millisecond})
		pass(5 * time.Minute)
		for name, f := range figures(t, n) {
			// A request at time 0 and then two a second, of three fans.
			if f.Errors != 0 || f.Requests < 3*2*300 || f.PerSecond != 6 {
				t.Errorf("%s: %+v", name, f)
			}
			coppicetest.Children(t, n, coppice.Name(name+"_matches"), 2)
		}
		last := call(t, n, coppice.Name("north_book"), Numbers{})
		if last[len(last)-1] < 10 {
			t.Errorf("after five minutes north is only at match %v", last)
		}
	})
}

func TestPoison(t *testing.T) {
	coppicetest.RunWith(t, coppicetest.Options{}, func(t *testing.T, n *coppice.Node) {
		start(t, n, small)
		pass(3 * time.Second)
		victim := call(t, n, coppice.Name("west_referee"), Playing{})[0]
		before := call(t, n, coppice.Name(victim), Score{})
		watched := coppicetest.Watch(t, n, coppice.Name(victim))
		if watch := call(t, n, Demo, Poison{Match: victim}); !strings.Contains(watch, "watch "+victim+":") {
			t.Errorf("what to watch: %q", watch)
		}
		coppicetest.ExpectCrash(t, n, coppicetest.Crash{Process: victim, Text: `no case for "goal"`})
		watched.Restarted(1)
		if after := call(t, n, coppice.Name(victim), Score{}); after != before {
			t.Errorf("before the crash %v, afterwards %v", before, after)
		}
		pass(3 * time.Second)
		for name, f := range figures(t, n) {
			if f.Errors != 0 || f.Matches != small.Matches || f.Restarts != map[string]int{"west": 1}[name] {
				t.Errorf("%s: %+v", name, f)
			}
		}
		all := call(t, n, Traffic, Now{})
		if all.All.Requests < 2000 || all.All.PerSecond != 400 || all.All.Restarts != 1 || all.All.Matches != 4*small.Matches {
			t.Errorf("all: %+v", all.All)
		}
		if !strings.HasPrefix(all.Latest.Text, "west_matches: ") || !strings.HasSuffix(all.Latest.Text, "restart 1 of 3 in 5s") {
			t.Errorf("the latest decision: %q", all.Latest.Text)
		}
	})
}

// All scores are those of the book and of the fixtures, whatever has crashed.
func TestNoGoalIsLost(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		coppicetest.AllowCrashes(t, n, coppicetest.Crash{Text: `no case for "goal"`})
		start(t, n, small)
		c := newCompetition(small.withDefaults(), 0)
		for range 40 {
			pass(1300 * time.Millisecond)
			if _, err := genserver.Call(n, Demo, Poison{}); err != nil && !strings.Contains(err.Error(), "try again soon") {
				t.Fatal(err)
			}
			coppicetest.Children(t, n, c.pitch(), small.Matches)
			for _, number := range call(t, n, c.book(), Numbers{}) {
				fixture, moments := c.fixtures.at(number)
				noted := call(t, n, c.book(), Events{Match: fixture.ID})
				want := Match{result: Result{Teams: fixture.Home + " v " + fixture.Away}}
				for i, kind := range noted {
					if kind != moments[i].kind {
						t.Fatalf("%s: the book has %v of %v", fixture.ID, noted, moments)
					}
					want.apply(kind)
				}
				if got := call(t, n, coppice.Name(fixture.ID), Score{}); got != want.result {
					t.Fatalf("%s: %v, want %v", fixture.ID, got, want.result)
				}
			}
		}
	})
}

// The fault rises over two supervisors, until a new book mends it, and only
// those who follow the competition notice.
func TestBreak(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		coppicetest.AllowCrashes(t, n, coppicetest.Crash{Text: `no case for "goal"`})
		coppicetest.AllowCrashes(t, n, coppicetest.Crash{Reason: errDamaged})
		start(t, n, small)
		pass(3 * time.Second)
		var whole []*coppicetest.Watched
		old := map[coppice.Name]coppice.PID{}
		for _, name := range []coppice.Name{"south", "south_book", "south_matches", "south_referee"} {
			old[name] = genserver.Whereis(n, name)
		}
		for _, name := range []coppice.Name{"saturday", "north", "north_matches", "west_referee", "fans", "fan_2"} {
			whole = append(whole, coppicetest.Watch(t, n, name))
		}
		call(t, n, Demo, Break{Competition: "south"})
		coppicetest.Exited(t, n, old["south"], coppice.Shutdown)
		for name, pid := range old {
			if coppicetest.Registered(t, n, name) == pid {
				t.Errorf("%s has not been replaced", name)
			}
		}
		for _, w := range whole {
			w.Unchanged()
		}
		coppicetest.Children(t, n, coppice.Name("south_matches"), small.Matches)
		pass(10 * time.Second)
		for name, f := range figures(t, n) {
			if f.Failing != 0 || name != "south" && (f.Errors != 0 || f.Restarts != 0) || name == "south" && f.Restarts < 3 {
				t.Errorf("%s: %+v", name, f)
			}
		}
	})
}

func TestLeakAndKill(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		start(t, n, small)
		pass(3 * time.Second)
		slow := coppice.Name(call(t, n, coppice.Name("east_referee"), Playing{})[0])
		call(t, n, Demo, Leak{Match: string(slow)})
		pass(5 * time.Second)
		if east := figures(t, n)["east"]; east.Mailbox < 5 || east.Zombies != 0 {
			t.Errorf("one match is slow: %+v", east)
		}
		watched := coppicetest.Watch(t, n, slow)
		call(t, n, Demo, Kill{})
		watched.Restarted(1)
		coppicetest.ExpectZombie(t, n, string(slow))
		for name, f := range figures(t, n) {
			if name != "east" && (f.Errors != 0 || f.Zombies != 0) || name == "east" && f.Zombies != 1 {
				t.Errorf("%s: %+v", name, f)
			}
		}
		pass(40 * time.Second)
		if len(n.Stuck()) != 0 {
			t.Errorf("still running: %v", n.Stuck())
		}
	})
}

func TestWrongNames(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		start(t, n, small)
		for want, err := range map[string]error{
			`no match "north_99" is being played; north_`:                      errOf(genserver.Call(n, Demo, Poison{Match: "north_99"})),
			`no match "nobody" is being played; north_`:                        errOf(genserver.Call(n, Demo, Leak{Match: "nobody"})),
			`there is no competition "up"; there are north, south, east, west`: errOf(genserver.Call(n, Demo, Break{Competition: "up"})),
		} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %s", err, want)
			}
		}
		if _, err := Start(n, Options{Tournament: &feed.Tournament{}}); err == nil || !strings.Contains(err.Error(), "no match of the tournament") {
			t.Errorf("a tournament without matches: %v", err)
		}
	})
}

func errOf(_ string, err error) error { return err }

// Everything ends before what it relies on, and it is told, whoever stops it.
func TestStop(t *testing.T) {
	for name, stop := range map[string]func(*testing.T, *Saturday){
		"Stop": func(t *testing.T, s *Saturday) {
			if watch := call(t, s.node, Demo, Stop{}); !strings.Contains(watch, "last ends first") {
				t.Errorf("what to watch: %q", watch)
			}
			<-s.node.Done()
		},
		"Saturday.Stop": func(*testing.T, *Saturday) {},
	} {
		coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
			s := start(t, n, small)
			pass(3 * time.Second)
			stop(t, s)
			ends := s.Stop(t.Context())
			at := map[string]int{}
			for i, end := range ends.All {
				at[end.Name] = i + 1
			}
			order := []string{"demo", "fan_40", "fan_1", "fans", "west_referee", "west_1", "west_matches", "west_book", "west", "east_referee", "north", "traffic", "saturday"}
			for i, what := range order[1:] {
				if before := order[i]; at[before] == 0 || at[before] >= at[what] {
					t.Errorf("%s: %s ended as number %d, and %s as number %d", name, before, at[before], what, at[what])
				}
			}
			want := regexp.MustCompile(`^     0\.0ms  demo
     0\.0ms  fans, after fan_40 … fan_1 \(40\)
     0\.0ms  west, after referee, \d … \d \(3\), matches, book
`)
			if !want.MatchString(ends.String()) {
				t.Errorf("%s: %v", name, ends)
			}
		})
	}
}

// What ends by itself at the moment when everything is stopped stands with the
// part that it belongs to, and not with the one that ends next.
func TestEndsStandWithTheirPart(t *testing.T) {
	var ends Ends
	for _, name := range []string{"west_2", "demo", "north_1", "fan_2", "fan_1", "fans", "west_1", "west_book", "west", "north_book", "north", "traffic"} {
		ends.All = append(ends.All, End{Name: name})
	}
	want := strings.NewReplacer("|", "     0.0ms  ").Replace(`|demo
|fans, after fan_2, fan_1
|west, after 2, 1, book
|north, after 1, book
|traffic
`)
	if got := ends.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// The fixtures of a tournament are dealt out, and their results are the real
// ones.
func TestTournament(t *testing.T) {
	cup, err := feed.Read("../football/testdata/cup.json")
	if err != nil {
		t.Fatal(err)
	}
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		start(t, n, Options{Competitions: []string{"a", "b"}, Matches: 1, Fans: 2, Tournament: cup})
		for i, want := range []string{"Oak v Elm 2-1, over", "Ash v Yew 0-0, over"} {
			name := coppice.Name(fmt.Sprintf("%c_1", 'a'+i))
			coppicetest.Eventually(t, n, func() error {
				result, err := genserver.Call(n, name, Score{})
				if err == nil && result.String() != want {
					err = fmt.Errorf("%s: %v, want %s", name, result, want)
				}
				return err
			})
		}
	})
}

func TestShow(t *testing.T) {
	var out strings.Builder
	coppicetest.RunWith(t, coppicetest.Options{}, func(t *testing.T, n *coppice.Node) {
		coppicetest.AllowCrashes(t, n, coppicetest.Crash{Text: `no case for "goal"`})
		coppicetest.AllowCrashes(t, n, coppicetest.Crash{Reason: errDamaged})
		s := start(t, n, Options{Matches: 3, Fans: 40, Seed: 7, Stall: 9500 * time.Millisecond})
		all, err := s.Show(n, 20*time.Second, &out)
		if err != nil {
			t.Fatal(err)
		}
		coppicetest.ExpectZombie(t, n, "east_1")
		if west := all.Competitions[3]; west.Errors != 0 || west.Requests != 10*10*20 {
			t.Errorf("nothing was broken in west: %+v", west)
		}
		if east := all.Competitions[2]; east.Errors == 0 || east.Requests < 1800 {
			t.Errorf("one match of east was slow: %+v", east)
		}
	})
	for _, want := range []string{
		"  4.0s  watch north_",
		"  9.8s         south is back after 2.8s as <0.",
		" 15.0s         east_",
		" 20.0s  zombie <0.",
		"everything is stopped in order, the last to start first:\n",
		"ms  demo\n",
		"nothing was broken in west: 2000 requests, 0 errors\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}
