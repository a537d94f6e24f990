package statem_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/statem"
)

// gen_statem:enter_loop/4: the process "will enter the gen_statem receive loop",
// in the state given, with a state enter call; init/1 is not called. What is in
// the mailbox by then is handled after that.
func TestEnter(t *testing.T) {
	for _, early := range []bool{true, false} {
		bubble(t, func(t *testing.T, n *coppice.Node) {
			var seen []string
			l := &lab{
				enter: func(_ *lab, p *coppice.Process, from string) error {
					seen = append(seen, "enter "+statem.Current(p)+" from "+from)
					statem.SetTimeout(p, "later", time.Second, wait{func(*lab, *coppice.Process) error {
						seen = append(seen, "time-out")
						return nil
					}})
					return nil
				},
				end: func(_ *coppice.Process, reason error) error {
					seen = append(seen, "end "+reason.Error())
					return nil
				},
			}
			pid, err := coppice.Spawn(n, func(p *coppice.Process) error {
				p.Receive()
				if early {
					must(genserver.Cast(p, p.Self(), next("a")))
				}
				return labs.Enter(p, "b", l)
			})
			must(err)
			must(coppice.Send(n, pid, "go on"))
			synctest.Wait()
			if !early {
				must(genserver.Cast(n, pid, next("a")))
			}
			time.Sleep(2 * time.Second)
			if state := current(n, pid); state != "a" {
				t.Errorf("it is in %q", state)
			}
			must(coppice.Stop(n, pid, nil))
			want := []string{"enter b from b", "enter a from b", "time-out", "end normal"}
			if !slices.Equal(seen, want) {
				t.Errorf("%q\nwant %q", seen, want)
			}
		})
	}
}

// Without any message the state is entered at once, and a state that there is
// not is refused.
func TestEnterAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		entered := 0
		l := &lab{enter: func(*lab, *coppice.Process, string) error { entered++; return nil }}
		pid, err := coppice.Spawn(n, func(p *coppice.Process) error { return labs.Enter(p, "a", l) })
		must(err)
		synctest.Wait()
		if entered != 1 || !coppice.Alive(pid) {
			t.Errorf("entered %d times", entered)
		}
		pid, err = coppice.Spawn(n, func(p *coppice.Process) error { return labs.Enter(p, "nowhere", l) })
		must(err)
		if reason, _ := coppice.Await(n, pid); coppice.ClassOf(reason) != coppice.ClassAbnormal {
			t.Errorf("it ended with %v", reason)
		}
	})
}
