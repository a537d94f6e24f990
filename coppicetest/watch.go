package coppicetest

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/seed-7832d3a3/coppice"
)

// A Watched is a place that processes hold one after the other, a name or a
// child of a supervisor, with the process that was last seen there.
type Watched struct {
	t     testing.TB
	l     *lab
	place string
	find  func() (coppice.PID, error)
	holds func(started) bool // whether a start was at this place
	pid   coppice.PID
	mark  int // how many starts there had been
}

// A started is a start: of a process with a name, or of a child.
type started struct {
	pid     coppice.PID
	name    string
	child   string // its id
	sup     coppice.PID
	supName string
}

// Watch watches an address, where a process has to be.
func Watch(t testing.TB, n *coppice.Node, addr coppice.Addr) *Watched {
	t.Helper()
	name := fmt.Sprint(addr)
	w := &Watched{
		t: t, l: labOf(t, n), place: name,
		find:  func() (coppice.PID, error) { return addr.Whereis(n) },
		holds: func(s started) bool { return s.name != "" && s.name == name },
	}
	return w.begin()
}

// WatchChild watches the child id of a supervisor, which has to run.
func WatchChild(t testing.TB, n *coppice.Node, sup coppice.Addr, id string) *Watched {
	t.Helper()
	w := &Watched{t: t, l: labOf(t, n), place: fmt.Sprintf("child %q of %v", id, sup)}
	w.find = func() (coppice.PID, error) {
		all, err := childrenOf(n, sup)
		for _, c := range all {
			if c.ID == id {
				return c.PID, nil
			}
		}
		return coppice.PID{}, err
	}
	w.holds = func(s started) bool {
		return s.child == id && (s.supName == fmt.Sprint(sup) || s.sup == coppice.Whereis(n, sup))
	}
	return w.begin()
}

func (w *Watched) begin() *Watched {
	w.t.Helper()
	synctest.Wait()
	pid, err := w.find()
	if err == nil && !coppice.Alive(pid) {
		err = coppice.NoProc
	}
	if err != nil {
		w.t.Fatalf("there is no process to watch at %s: %v", w.place, err)
	}
	w.pid = pid
	w.l.mu.Lock()
	defer w.l.mu.Unlock()
	w.mark = len(w.l.starts)
	return w
}

// PID returns the process that was seen there last.
func (w *Watched) PID() coppice.PID { return w.pid }

// Restarted waits until processes have been started there so many times since
// Watch, or since the last Restarted, and the last of them is alive; it fails
// if it was more. Starts that fail do not count. It returns the new process,
// and watches that from now on.
//
// Without a supervisor of package supervisor it counts only processes that were
// started under their name or, at other places, sees one new process at most.
func (w *Watched) Restarted(times int) coppice.PID {
	w.t.Helper()
	var now coppice.PID
	count, mark := 0, 0
	err := w.l.until(func() error {
		pid, err := w.find()
		count, mark = w.count()
		alive := err == nil && coppice.Alive(pid) && pid != w.pid
		if alive {
			count = max(count, 1)
		}
		now = pid
		if count < times || !alive {
			return fmt.Errorf("want %d restarts of %s (%v), saw %d%s", times, w.place, w.pid, count, w.seen(pid, err))
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if count != times {
		w.t.Fatalf("%s was restarted %d times, want %d", w.place, count, times)
	}
	w.pid, w.mark = now, mark
	return now
}

// count returns how many starts there were, and in all at any place.
func (w *Watched) count() (count, all int) {
	w.l.mu.Lock()
	defer w.l.mu.Unlock()
	for _, s := range w.l.starts[w.mark:] {
		if w.holds(s) && s.pid != w.pid && !w.l.failedToStart(s.pid) {
			count++
		}
	}
	return count, len(w.l.starts)
}

// failedToStart is called with l.mu held.
func (l *lab) failedToStart(pid coppice.PID) bool {
	for _, c := range l.crashes {
		if c.report.PID == pid && c.report.Starting {
			return true
		}
	}
	return false
}

func (w *Watched) seen(pid coppice.PID, err error) string {
	if err != nil {
		return fmt.Sprintf("; now there is nobody: %v", err)
	}
	info, _ := coppice.Lookup(pid)
	return "; now there is " + describe(info)
}

// Exited waits until the process that was seen there last has ended, as the
// function Exited does.
func (w *Watched) Exited(want error) error {
	w.t.Helper()
	return Exited(w.t, w.l.node, w.pid, want)
}

// Unchanged fails the test if, once all processes have come to rest, the process
// that was seen there last is not there any more.
func (w *Watched) Unchanged() {
	w.t.Helper()
	synctest.Wait()
	if pid, err := w.find(); err != nil || pid != w.pid {
		w.t.Fatalf("want %s unchanged (%v)%s", w.place, w.pid, w.seen(pid, err))
	}
}
