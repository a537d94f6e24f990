package main

import (
	"fmt"
	"slices"
)

// A workload is measured in a process of its own, once a round for each
// subject.
type workload struct {
	id    string
	what  string
	name  string // in bench.erl
	times int    // operations, or things
	scene scene
	rows  []row

	// measure returns nil where the subject cannot express the workload.
	measure func(w workload, s subject) figures
}

// A row of the table shows one figure, with its spread, or medians of several.
type row struct {
	label string
	keys  []string
}

var (
	waste = row{"allocations, bytes an operation", []string{"allocs", "bytes"}}
	nanos = row{"ns", []string{"ns"}}
)

// workloads are in the order of the table.
func workloads() []workload {
	return slices.Concat(ofMessages(), ofLives(), ofNumbers())
}

// ofMessages is what a message costs.
func ofMessages() []workload {
	return []workload{
		{
			id: "W1", name: "call", what: "call: one client, one server", times: 1_000_000,
			rows:    []row{nanos, waste},
			measure: looped(func(s subject) func(scene) loop { return s.call }),
		},
		{
			id: "W2", name: "cast", what: "cast: one producer, one consumer", times: 5_000_000, scene: scene{groups: 1},
			rows:    []row{{"messages/s", []string{"rate"}}, waste},
			measure: looped(func(s subject) func(scene) loop { return s.cast }),
		},
		{
			id: "W3", name: "cast", what: "fan-in: 64 producers, one consumer", times: 5_000_000, scene: scene{groups: 64},
			rows:    []row{{"messages/s", []string{"rate"}}, waste},
			measure: looped(func(s subject) func(scene) loop { return s.cast }),
		},
		{
			id: "W4", name: "relay", what: "pairs: 1,000 play ping-pong", times: 3_000_000, scene: scene{groups: 1000, size: 2},
			rows:    []row{{"messages/s", []string{"rate"}}, waste},
			measure: looped(func(s subject) func(scene) loop { return s.relay }),
		},
	}
}

// ofLives is what a server costs: its start, its end, its replacement.
func ofLives() []workload {
	return []workload{
		{
			id: "W5", name: "spawn", what: "spawn: idle servers", times: 1_000_000,
			rows: []row{
				{"starts/s", []string{"fill"}},
				{"stops/s", []string{"empty"}},
				{"bytes live each", []string{"live"}},
				{"bytes resident each", []string{"resident"}},
				{"allocations, bytes a start", []string{"allocs", "bytes"}},
			},
			measure: phased(func(s subject) func(scene) phases { return s.spawn }),
		},
		{
			id: "W6", name: "children", what: "supervised: children of one supervisor", times: 100_000,
			rows: []row{
				{"starts/s", []string{"fill"}},
				{"stops/s", []string{"empty"}},
				{"allocations, bytes a start", []string{"allocs", "bytes"}},
			},
			measure: phased(func(s subject) func(scene) phases { return s.children }),
		},
		{
			id: "W7", name: "restart", what: "restart: crash until the replacement answers", times: 20_000,
			rows: []row{
				{"restarts/s", []string{"rate"}},
				{"p50, µs", []string{"p50"}},
				{"p99, µs", []string{"p99"}},
				{fmt.Sprintf("p50 of the first %d, µs", fresh), []string{"fresh"}},
				waste,
			},
			measure: restarted,
		},
	}
}

// ofNumbers is how all this fares where there is much of something.
func ofNumbers() []workload {
	return []workload{
		{
			id: "W8", name: "relay", what: "ring: 1,000 servers, one token", times: 1_000_000, scene: scene{groups: 1, size: 1000},
			rows:    []row{{"ns a hop", []string{"ns"}}, waste},
			measure: looped(func(s subject) func(scene) loop { return s.relay }),
		},
		{
			id: "W9", name: "backlog", what: "backlog: queued messages", times: 1_000_000,
			rows: []row{
				{"bytes live each", []string{"live"}},
				{"ns each to drain", []string{"emptyns"}},
				{"queued/s", []string{"fill"}},
			},
			measure: phased(func(s subject) func(scene) phases { return s.backlog }),
		},
		{
			id: "W10", name: "blocked", what: "blocked: calls to an idle server", times: 20_000,
			scene: scene{groups: 10_000, size: 1000},
			rows: []row{
				{"p50, µs", []string{"free.p50"}},
				{"p99, µs", []string{"free.p99"}},
				{"p50 beside 10,000 asleep, µs", []string{"asleep.p50"}},
				{"p99 beside 10,000 asleep, µs", []string{"asleep.p99"}},
				{"that p99 / the p99 without", []string{"ratio"}},
				{"p50 beside 1,000 system calls, µs", []string{"calls.p50"}},
				{"p99 beside 1,000 system calls, µs", []string{"calls.p99"}},
			},
			measure: besideBlocked,
		},
		{
			id: "W11", name: "names", what: "names: call by name", times: 500_000,
			rows:    []row{{"ns", []string{"name"}}, {"call by registry key: ns", []string{"key"}}},
			measure: named,
		},
		{
			id: "W12", name: "growth", what: "growth: with idle servers", times: 200_000,
			scene:   scene{others: 1_000_000, groups: 1},
			rows:    growthRows(),
			measure: growth,
		},
	}
}

// tiny is the workload in a size that only shows that it runs.
func (w workload) tiny() workload {
	w.times = max(w.times/5000, 20)
	w.scene.groups = min(w.scene.groups, 4)
	w.scene.size = min(w.scene.size, 3)
	w.scene.others /= 1000
	return w
}

func looped(of func(subject) func(scene) loop) func(workload, subject) figures {
	return func(w workload, s subject) figures {
		setUp := of(s)
		if setUp == nil {
			return nil
		}
		f := figures{}
		f.loop(setUp(w.scene), w.times)
		return f
	}
}

func phased(of func(subject) func(scene) phases) func(workload, subject) figures {
	return func(w workload, s subject) figures {
		setUp := of(s)
		if setUp == nil {
			return nil
		}
		f := figures{}
		f.phases(setUp(w.scene), w.times)
		return f
	}
}

func restarted(w workload, s subject) figures {
	if s.restart == nil {
		return nil
	}
	f := figures{}
	f.laps(s.restart(w.scene), w.times, "")
	return f
}

func besideBlocked(w workload, s subject) figures {
	if s.blocked == nil {
		return nil
	}
	f := figures{}
	f.blocked(s.blocked(w.scene), w.times, w.scene.size, w.scene.groups)
	return f
}

func named(w workload, s subject) figures {
	f := figures{}
	for key, setUp := range map[string]func(scene) loop{"name": s.byName, "key": s.byKey} {
		if setUp != nil {
			one := figures{}
			one.loop(setUp(w.scene), w.times)
			f[key] = one["ns"]
		}
	}
	return f
}

// steps are how many others there are, as parts of them all.
var steps = []struct {
	part  int
	label string
}{{1000, "1k"}, {100, "10k"}, {10, "100k"}, {1, "1M"}}

func growthRows() (rows []row) {
	for _, of := range []struct{ key, label string }{
		{"call", "call, ns"}, {"cast", "cast, messages/s"}, {"restart", "restart, p50, µs"},
	} {
		for _, step := range steps {
			rows = append(rows, row{of.label + ", beside " + step.label, []string{of.key + "." + step.label}})
		}
		rows = append(rows, row{of.key + ": cost beside 1M / beside 1k", []string{of.key + ".ratio"}})
	}
	return rows
}

// growth takes call, cast and restart again and again, beside more and more.
func growth(w workload, s subject) figures {
	f := figures{}
	for _, step := range steps {
		around := w.scene
		around.others /= step.part
		if s.call != nil {
			one := figures{}
			one.loop(s.call(around), w.times)
			f["call."+step.label] = one["ns"]
		}
		if s.cast != nil {
			one := figures{}
			one.loop(s.cast(around), 5*w.times)
			f["cast."+step.label] = one["rate"]
		}
		if s.restart != nil {
			one, crashes := figures{}, s.restart(around)
			one.laps(crashes, max(w.times/100, 10), "")
			crashes.end()
			f["restart."+step.label] = one["p50"]
		}
	}
	for _, key := range []string{"call", "cast", "restart"} {
		f.ratio(key)
	}
	return f
}

// ratio is what the last step costs over what the first does. A cast is given
// by how many there are, the others by what one takes.
func (f figures) ratio(key string) {
	first, last := f[key+"."+steps[0].label], f[key+"."+steps[len(steps)-1].label]
	if key == "cast" {
		first, last = last, first
	}
	if first > 0 {
		f[key+".ratio"] = last / first
	}
}
