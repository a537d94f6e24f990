// Survival writes the same program against Coppice, Erlang/OTP, other libraries
// for Go and bare goroutines, has everything go wrong in each, and prints what
// survives.
//
// Without -run it is the judge: it starts each program anew for each fault, as
// a child process with a time limit, and looks at it from outside.
// docs/survival.md says what is looked at.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	_ "github.com/seed-7832d3a3/coppice/survival/protoconflict" // hollywood's and protoactor's PID
)

func main() {
	libs := flag.String("libs", "", "libraries to try, as coppice,suture; all if empty")
	only := flag.String("faults", "", "faults to try, as panic,storm; all if empty")
	jobs := flag.Int("jobs", max(1, runtime.NumCPU()/2), "how many trials at a time")
	out := flag.String("json", "", "a file to write what was seen to as JSON")
	run := flag.String("run", "", "be the program, written against this library")
	verbose := flag.Bool("v", false, "show what each program wrote")
	flag.Parse()
	if *run != "" {
		os.Exit(runProgram(*run))
	}
	if err := compare(os.Stdout, *libs, *only, *jobs, *out, *verbose); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "survival:", err)
		os.Exit(1)
	}
}

// A subject is the program, written against one library.
type subject struct {
	name    string
	how     string                          // what of the library is used
	run     func(ready func(service)) int   // until SIGTERM; the exit status
	without []string                        // faults that it has no words for
	command func(folder string) []string    // runs it, if it is no part of this binary
	prepare func(folder string) (err error) // what that needs; errAbsent if it cannot be had
}

var errAbsent = errors.New("not installed")

func subjects() []subject {
	return []subject{
		coppiceSubject(), erlangSubject(), ergoSubject(), protoactorSubject(),
		hollywoodSubject(), sutureSubject(), plainSubject(),
	}
}

// runProgram is what the child process does.
func runProgram(lib string) int {
	debug.SetMaxStack(256 << 20) // endless recursion ends there, not at a gigabyte
	for _, s := range subjects() {
		if s.name == lib && s.run != nil {
			defer settle()
			return s.run(serve)
		}
	}
	_, _ = fmt.Fprintln(os.Stderr, "no program is written against", lib)
	return 64
}

// A report is the JSON form of everything.
type report struct {
	When   string            `json:"when"`
	Go     string            `json:"go"`
	CPUs   int               `json:"cpus"`
	How    map[string]string `json:"how"`
	Absent map[string]string `json:"absent,omitempty"`
	Trials []outcome         `json:"trials"`
}

func compare(to io.Writer, libs, only string, jobs int, file string, verbose bool) error {
	chosen, err := choose(subjects(), libs, func(s subject) string { return s.name })
	if err != nil {
		return err
	}
	wrong, err := choose(faults(), only, func(f fault) string { return f.name })
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "survival")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	rep := report{
		When: time.Now().UTC().Format(time.DateOnly), Go: runtime.Version(), CPUs: runtime.NumCPU(),
		How: map[string]string{}, Absent: map[string]string{},
	}
	var there []subject
	for _, s := range chosen {
		if s.prepare != nil {
			if err := s.prepare(folder); errors.Is(err, errAbsent) {
				rep.Absent[s.name] = err.Error()
				continue
			} else if err != nil {
				return err
			}
		}
		rep.How[s.name] = s.how
		there = append(there, s)
	}
	rep.Trials = tryAll(there, wrong, folder, jobs, verbose)
	_, _ = fmt.Fprintln(to, table(wrong, there, rep.Trials))
	_, _ = fmt.Fprint(to, legend())
	for name, why := range rep.Absent {
		_, _ = fmt.Fprintf(to, "%s: %s\n", name, why)
	}
	if file == "" {
		return nil
	}
	text, err := json.MarshalIndent(rep, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o600)
}

// tryAll has each fault happen to each subject, some at a time.
func tryAll(there []subject, wrong []fault, folder string, jobs int, verbose bool) []outcome {
	outcomes := make([]outcome, len(there)*len(wrong))
	turn := make(chan struct{}, jobs)
	var all sync.WaitGroup
	for i, f := range wrong {
		for j, s := range there {
			turn <- struct{}{}
			all.Go(func() {
				defer func() { <-turn }()
				o := try(s, f, folder)
				outcomes[i*len(there)+j] = o
				if verbose {
					_, _ = fmt.Fprintf(os.Stderr, "== %s, %s: %s\n%s\n", s.name, f.name, o.cell(), o.Wrote)
				}
			})
		}
	}
	all.Wait()
	return outcomes
}

// choose takes those of all that are named in list.
func choose[T any](all []T, list string, name func(T) string) ([]T, error) {
	if list == "" {
		return all, nil
	}
	var chosen []T
	for part := range strings.SplitSeq(list, ",") {
		i := slices.IndexFunc(all, func(t T) bool { return strings.EqualFold(name(t), strings.TrimSpace(part)) })
		if i < 0 {
			var names []string
			for _, t := range all {
				names = append(names, name(t))
			}
			return nil, fmt.Errorf("there is no %q; there are %s", part, strings.Join(names, ", "))
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}
