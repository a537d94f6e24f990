package inspect

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"runtime"
	"runtime/trace"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// A fakeRecorder counts what is taken from it.
type fakeRecorder struct {
	taken   int
	started bool
	fails   atomic.Bool
}

func (f *fakeRecorder) Start() error { f.started = true; return nil }
func (f *fakeRecorder) Stop()        { f.started = false }

func (f *fakeRecorder) WriteTo(w io.Writer) (int64, error) {
	if f.fails.Load() {
		return 0, errors.New("no room")
	}
	f.taken++
	n, err := io.WriteString(w, strings.Repeat("x", f.taken))
	return int64(n), err
}

func quietNode() *coppice.Node {
	return coppice.NewNode(coppice.Options{Logger: slog.New(slog.DiscardHandler)})
}

// fail has a process crash for a reason.
func fail(t *testing.T, n *coppice.Node, reason string) {
	t.Helper()
	if _, err := coppice.Spawn(n, func(*coppice.Process) error { return errors.New(reason) }); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

// A record is taken soon after a crash, of those that follow closely one for all,
// and the last three are kept; when the node has stopped the recorder does.
func TestFlightsAtCrashes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, fake := quietNode(), &fakeRecorder{}
		v := Of(n)
		fail(t, n, "before it was on")
		if err := v.record(fake); err != nil {
			t.Fatal(err)
		}
		if err := v.record(&fakeRecorder{}); err == nil {
			t.Error("it is on twice")
		}
		crash := func(reason string, wait time.Duration) {
			t.Helper()
			fail(t, n, reason)
			time.Sleep(wait)
			synctest.Wait()
		}
		time.Sleep(time.Minute)
		if all, on := v.Flights(); !on || len(all) > 0 {
			t.Errorf("without a crash there are %v, on %v", all, on)
		}
		crash("one", 2*time.Second)
		crash("two", time.Second)
		crash("three", time.Second)
		if all, _ := v.Flights(); len(all) != 1 || !slices.Equal(all[0].Crashes, []uint64{2}) || all[0].Bytes != 1 {
			t.Fatalf("soon after the first crash: %+v", all)
		}
		time.Sleep(flightGap)
		synctest.Wait()
		all, _ := v.Flights()
		if len(all) != 2 || !slices.Equal(all[0].Crashes, []uint64{3, 4}) {
			t.Fatalf("after the gap: %+v", all)
		}
		if data, err := v.Flight(4); string(data) != "xx" || err != nil {
			t.Errorf("of crash 4: %q, %v", data, err)
		}
		if c, err := v.Crash(4); err != nil || !c.Flight {
			t.Errorf("the report of crash 4 does not say that there is a record: %+v, %v", c, err)
		}
		for range 3 {
			crash("four", flightGap+flightLook)
		}
		if all, _ := v.Flights(); len(all) != flightsKept || fake.taken != 5 {
			t.Errorf("%d are kept, %d were taken", len(all), fake.taken)
		}
		if _, err := v.Flight(2); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "last 3") {
			t.Errorf("of a crash long ago: %v", err)
		}
		n.Stop(context.Background())
		synctest.Wait()
		if fake.started {
			t.Error("it goes on after the node has stopped")
		}
		if _, err := v.Flight(0); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "RecordFlight") {
			t.Errorf("while it is off: %v", err)
		}
	})
}

// Many crashes at once cost one record, and a recorder that fails is asked again.
func TestFlightInAStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, fake := quietNode(), &fakeRecorder{}
		fake.fails.Store(true)
		defer n.Stop(context.Background())
		v := Of(n)
		if err := v.record(fake); err != nil {
			t.Fatal(err)
		}
		for range 500 {
			fail(t, n, time.Now().String())
			time.Sleep(time.Millisecond)
		}
		time.Sleep(flightLook)
		fake.fails.Store(false)
		time.Sleep(flightGap)
		synctest.Wait()
		if all, _ := v.Flights(); len(all) != 1 || len(all[0].Crashes) != flightMost || fake.taken != 1 {
			t.Errorf("%d records of %d, for %d crashes", len(all), fake.taken, len(all[0].Crashes))
		}
	})
}

// The recorder of Go gives what go tool trace reads, and there is one in a program.
func TestFlightRecorderOfGo(t *testing.T) {
	n, other := quietNode(), quietNode()
	defer other.Stop(context.Background())
	v := Of(n)
	if err := v.RecordFlight(trace.FlightRecorderConfig{}); err != nil {
		t.Fatal(err)
	}
	if err := Of(other).RecordFlight(trace.FlightRecorderConfig{}); err == nil || !strings.Contains(err.Error(), "only one") {
		t.Errorf("a second one in the program: %v", err)
	}
	if _, on := Of(other).Flights(); on {
		t.Error("that node takes it for its own")
	}
	data, err := v.Flight(0)
	if err != nil || !strings.HasPrefix(string(data), "go 1.") {
		t.Errorf("%d bytes that begin with %.20q, %v", len(data), data, err)
	}
	n.Stop(context.Background())
	for on := true; on; _, on = v.Flights() { // or it would be in the way of another test
		runtime.Gosched()
	}
}
