// Command conformance executes scenario files on this library and prints their
// traces, or compares them with the expected ones.
//
//	conformance [-check] [-jitter] [-runs N] [-jobs N] PATH...
//
// A path is a file or a directory, which stands for all *.scn below it. The exit
// status is 1 if a trace differs, and 2 if a file or the arguments are wrong.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice/conformance"
)

// The exit statuses.
const (
	same = iota
	differs
	wrong
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// flags are the command line.
type flags struct {
	check, jitter bool
	runs, jobs    int
	paths         []string
}

func parse(args []string, stderr io.Writer) (f flags, ok bool) {
	set := flag.NewFlagSet("conformance", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.Usage = func() {
		fmt.Fprintln(stderr, "usage: conformance [-check] [-jitter] [-runs N] [-jobs N] PATH...")
		set.PrintDefaults()
	}
	set.BoolVar(&f.check, "check", false, "compare with the expected traces instead of printing")
	set.BoolVar(&f.jitter, "jitter", false, "hold up traced events at random, up to 3 ms each")
	set.IntVar(&f.runs, "runs", 1, "execute each scenario `N` times")
	set.IntVar(&f.jobs, "jobs", 1, "execute `N` scenarios at a time")
	if set.Parse(args) != nil {
		return f, false
	}
	f.paths = set.Args()
	if len(f.paths) == 0 || f.runs < 1 || f.jobs < 1 {
		set.Usage()
		return f, false
	}
	return f, true
}

// run is main without the process around it.
func run(args []string, stdout, stderr io.Writer) (status int) {
	f, ok := parse(args, stderr)
	if !ok {
		return wrong
	}
	scenarios, err := load(f.paths)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return wrong
	}
	var passed, failed, skipped int
	for r := range f.execute(scenarios) {
		switch r.verdict {
		case pass:
			passed++
		case fail:
			failed++
		case skip:
			skipped++
		}
		fmt.Fprint(stdout, r.text)
	}
	if f.check {
		fmt.Fprintf(stdout, "%d passed, %d failed, %d skipped\n", passed, failed, skipped)
	}
	if failed > 0 {
		return differs
	}
	return same
}

// load parses all files before anything is executed, and returns every error.
func load(paths []string) (scenarios []*conformance.Scenario, err error) {
	files, err := conformance.Files(paths...)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, file := range files {
		s, err := conformance.ParseFile(file)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		scenarios = append(scenarios, s)
	}
	return scenarios, errors.Join(errs...)
}

// A verdict is what became of a scenario.
type verdict int

const (
	pass verdict = iota
	fail
	skip
)

type result struct {
	verdict verdict
	text    string
}

// execute runs the scenarios, jobs of them at a time, and yields the results in
// their order.
func (f flags) execute(scenarios []*conformance.Scenario) func(yield func(result) bool) {
	free := make(chan struct{}, f.jobs)
	results := make([]chan result, len(scenarios))
	for i := range results {
		results[i] = make(chan result, 1)
	}
	go func() {
		for i, s := range scenarios {
			free <- struct{}{}
			go func() {
				results[i] <- f.one(s)
				<-free
			}()
		}
	}()
	return func(yield func(result) bool) {
		for _, r := range results {
			if !yield(<-r) {
				return
			}
		}
	}
}

// one runs a scenario, until it differs or has been run as often as it has to
// be.
func (f flags) one(s *conformance.Scenario) result {
	if why := conformance.Skip(s); why != "" {
		return result{skip, fmt.Sprintf("%s: skipped: %s\n", s.File, why)}
	}
	var o conformance.Options
	if f.jitter {
		o.Jitter = 3 * time.Millisecond
	}
	var text strings.Builder
	for range f.runs {
		lines, err := conformance.Run(context.Background(), s, o)
		if err != nil {
			return result{fail, err.Error() + "\n"}
		}
		if !f.check {
			fmt.Fprintf(&text, "== %s\n%s\n", s.File, strings.Join(lines, "\n"))
			continue
		}
		if d := conformance.Compare(s.Expected, lines); d != nil {
			return result{fail, fmt.Sprintf("%s: %v\n", s.File, d)}
		}
	}
	return result{pass, text.String()}
}
