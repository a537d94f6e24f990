// Bench measures Coppice beside Erlang/OTP, other Go libraries, and bare
// goroutines and channels, and prints one table.
//
// Without -run it is the runner: it starts itself again, with -run and -lib,
// for each measurement. docs/performance.md says what is measured.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	_ "github.com/seed-7832d3a3/coppice/bench/protoconflict" // hollywood's and protoactor's PID
)

func main() {
	only := flag.String("only", "", "workloads to run, as W1,W7; all if empty")
	libs := flag.String("libs", "", "libraries to run, as coppice,hollywood; all if empty")
	rounds := flag.Int("rounds", 5, "how often each is measured")
	cpus := flag.Int("cpus", 2, "GOMAXPROCS, and the schedulers of the BEAM")
	tiny := flag.Bool("tiny", false, "sizes that only show that everything runs")
	limit := flag.Duration("limit", 5*time.Minute, "time limit of one measurement")
	out := flag.String("json", "", "a file to write the results to as JSON")
	run := flag.String("run", "", "measure this workload once, here, with -lib")
	lib := flag.String("lib", "", "the library for -run")
	profile := flag.String("profile", "", "a file for a CPU profile of -run")
	times := flag.Int("times", 0, "operations of -run; 0: as many as otherwise")
	flag.Parse()
	var err error
	if *run != "" {
		err = profiled(*profile, func() error { return measureHere(os.Stdout, *run, *lib, *tiny, *times) })
	} else {
		r := runner{rounds: *rounds, cpus: *cpus, tiny: *tiny, limit: *limit, progress: os.Stderr}
		err = compare(os.Stdout, r, *only, *libs, *out)
	}
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// profiled runs f, and writes its profile if a file is given.
func profiled(file string, f func() error) error {
	if file == "" {
		return f()
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(out); err != nil {
		return err
	}
	err = f()
	pprof.StopCPUProfile()
	return errors.Join(err, out.Close())
}

// measureHere prints the figures of one measurement, a key and a value a line.
func measureHere(to io.Writer, id, lib string, tiny bool, times int) error {
	chosen, err := choose(workloads(), id, func(w workload) string { return w.id })
	if err != nil {
		return err
	}
	subject, err := choose(subjects(), lib, func(s subject) string { return s.name })
	if err != nil {
		return err
	}
	w := chosen[0]
	if tiny {
		w = w.tiny()
	}
	if times > 0 {
		w.times = times
	}
	f := w.measure(w, subject[0])
	for _, key := range sortedKeys(f) {
		_, _ = fmt.Fprintln(to, key, f[key])
	}
	return nil
}

// report is the JSON form of everything.
type report struct {
	Machine machine           `json:"machine"`
	Rounds  int               `json:"rounds"`
	Modes   map[string]string `json:"modes"` // what of each library is used
	Results []result          `json:"results"`
}

func compare(to io.Writer, r runner, only, libs, file string) error {
	chosen, err := choose(workloads(), only, func(w workload) string { return w.id })
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	erlang, err := compileErlang(folder)
	if err != nil {
		return err
	}
	all := subjects()
	for i := range all {
		if all[i].name == erlang.name {
			all[i] = erlang
		}
	}
	if r.subjects, err = choose(all, libs, func(s subject) string { return s.name }); err != nil {
		return err
	}
	rep := report{Machine: thisMachine(r.cpus), Rounds: r.rounds, Modes: map[string]string{}}
	for _, s := range r.subjects {
		rep.Modes[s.name] = s.mode
	}
	for i, w := range chosen {
		if r.tiny {
			chosen[i] = w.tiny()
		}
		rep.Results = append(rep.Results, r.run(chosen[i])...)
	}
	_, _ = fmt.Fprintf(to, "%srounds: %d, interleaved; the median, with the least and the greatest\n\n", rep.Machine, r.rounds)
	_, _ = fmt.Fprintln(to, table(chosen, r.subjects, rep.Results))
	for _, s := range r.subjects {
		_, _ = fmt.Fprintf(to, "%s: %s\n", s.name, s.mode)
	}
	missing := notes(rep.Results)
	if missing != "" {
		_, _ = fmt.Fprintf(to, "\nNot measured:\n%s", missing)
	}
	if file == "" {
		return nil
	}
	text, err := json.MarshalIndent(rep, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

// choose returns those of all that a list of names names, in the order of all;
// with an empty list it returns all.
func choose[T any](all []T, names string, name func(T) string) ([]T, error) {
	if names == "" {
		return all, nil
	}
	wanted := map[string]bool{}
	for n := range strings.SplitSeq(names, ",") {
		wanted[strings.ToLower(strings.TrimSpace(n))] = true
	}
	var chosen []T
	var known []string
	for _, one := range all {
		n := name(one)
		known = append(known, n)
		if wanted[strings.ToLower(n)] {
			chosen = append(chosen, one)
			delete(wanted, strings.ToLower(n))
		}
	}
	if len(wanted) > 0 {
		return nil, fmt.Errorf("there is no %s: choose from %s", strings.Join(sortedKeys(wanted), ", "), strings.Join(known, ", "))
	}
	return chosen, nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func plural(n int) string {
	if n == 1 {
		return "1 core"
	}
	return fmt.Sprint(n, " cores")
}
