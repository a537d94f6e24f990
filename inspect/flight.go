package inspect

import (
	"bytes"
	"fmt"
	"io"
	"runtime/trace"
	"slices"
	"sync"
	"time"
)

const (
	flightLook  = time.Second     // how soon after a crash a record is taken
	flightGap   = 5 * time.Second // between two that are taken for crashes
	flightsKept = 3               // of these
	flightMost  = 200             // crashes that one is kept for: no more are remembered
)

// A Flight is a record of the last seconds before some crashes, as the flight
// recorder of Go made it.
type Flight struct {
	At      time.Time `json:"at"`      // when it was taken, about a second after the crash
	Crashes []uint64  `json:"crashes"` // the numbers of the reports that it belongs to
	Bytes   int       `json:"bytes"`

	data []byte
}

// A recorder is a *trace.FlightRecorder, or that of a test.
type recorder interface {
	Start() error
	Stop()
	WriteTo(w io.Writer) (int64, error)
}

// A flights is what a view has of the flight recorder.
type flights struct {
	writing sync.Mutex // held while a record is taken: there can be one at a time

	mu   sync.Mutex // guards what follows
	on   recorder   // nil: it is off
	kept []Flight   // the oldest first
}

// RecordFlight has the flight recorder of Go run until the node has stopped: it
// remembers what goroutines did, and when, in the last seconds. What it has
// when processes crash is kept, for the last three times, and WriteFlight gives
// what it has now; go tool trace shows either.
//
// It is off unless this is called: it makes each switch between goroutines of
// the program slower by about a microsecond, so that tiny calls take up to twice
// as long, and takes up to four times config.MaxBytes (Go's default is 10 MB). The zero config is right for most. A record has the
// names of functions and what the program gives to [trace.Log], but no values.
//
// A program can have one such recorder: the error says that there is one.
func (v *View) RecordFlight(config trace.FlightRecorderConfig) error {
	return v.record(trace.NewFlightRecorder(config))
}

func (v *View) record(r recorder) error {
	f := &v.flights
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.on != nil {
		return fmt.Errorf("inspect: the flight recorder of node %s is on already", v.node.Name())
	}
	if err := r.Start(); err != nil {
		return fmt.Errorf("inspect: the flight recorder: %w; a program can have only one", err)
	}
	f.on = r
	var seen uint64
	if old := v.node.Events(0); len(old) > 0 {
		seen = old[len(old)-1].Seq
	}
	go f.run(v, seen)
	return nil
}

// run takes a record when there were crashes, until the node has stopped. They
// are looked for, and not told: so a storm of them costs a record now and then.
func (f *flights) run(v *View, seen uint64) {
	defer f.end()
	ticker := time.NewTicker(flightLook)
	defer ticker.Stop()
	var crashes []uint64 // that there is no record of
	var last time.Time
	for {
		select {
		case <-v.node.Done():
			return
		case <-ticker.C:
		}
		for _, e := range v.node.Events(seen) {
			seen = e.Seq
			if e.Kind == "crash" && !slices.Contains(crashes, e.Crash) {
				crashes = append(crashes, e.Crash)
			}
		}
		crashes = slices.Delete(crashes, 0, max(0, len(crashes)-flightMost))
		if len(crashes) == 0 || time.Since(last) < flightGap {
			continue
		}
		data, err := f.take()
		if last = time.Now(); err != nil {
			v.node.Logger().Warn("inspect: the flight recorder failed", "error", err)
			continue
		}
		f.keep(Flight{At: last, Crashes: crashes, Bytes: len(data), data: data})
		crashes = nil
	}
}

func (f *flights) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.on.Stop()
	f.on = nil
}

func (f *flights) keep(one Flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kept = append(f.kept, one)
	f.kept = slices.Delete(f.kept, 0, max(0, len(f.kept)-flightsKept))
}

// take returns what the recorder has now, nil if it is off.
func (f *flights) take() ([]byte, error) {
	f.writing.Lock()
	defer f.writing.Unlock()
	f.mu.Lock()
	on := f.on
	f.mu.Unlock()
	if on == nil {
		return nil, nil
	}
	var data bytes.Buffer
	_, err := on.WriteTo(&data)
	return data.Bytes(), err
}

// of returns the newest record of a crash.
func (f *flights) of(crash uint64) (data []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, one := range slices.Backward(f.kept) {
		if slices.Contains(one.Crashes, crash) {
			return one.data
		}
	}
	return nil
}

// Flights returns the records that were taken at crashes, the newest first, and
// whether the recorder is on.
func (v *View) Flights() (all []Flight, on bool) {
	f := &v.flights
	f.mu.Lock()
	defer f.mu.Unlock()
	all = slices.Clone(f.kept)
	slices.Reverse(all)
	return all, f.on != nil
}

// Flight returns the record of a crash, or for 0 that of the seconds until now.
// It wraps [ErrNotFound] if there is none: the recorder is off, or took none.
func (v *View) Flight(crash uint64) ([]byte, error) {
	if crash > 0 {
		if data := v.flights.of(crash); data != nil {
			return data, nil
		}
	} else if data, err := v.flights.take(); err != nil || data != nil {
		return data, err
	}
	if _, on := v.Flights(); !on {
		return nil, notFoundf("the flight recorder is off; inspect.Of(node).RecordFlight in the program switches it on")
	}
	return nil, notFoundf("no flight record is kept of crash %d; those of the last %d crashes are", crash, flightsKept)
}
