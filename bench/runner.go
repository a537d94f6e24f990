package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// A runner measures each workload with each subject, round by round: within a
// workload subject by subject, so that what else the machine does meets them
// all alike.
type runner struct {
	subjects []subject
	rounds   int
	cpus     int
	tiny     bool
	limit    time.Duration // of one measurement
	progress io.Writer
}

// A result is what all rounds of a workload with a subject gave.
type result struct {
	Workload string               `json:"workload"`
	Subject  string               `json:"subject"`
	Rounds   map[string][]float64 `json:"rounds,omitempty"` // by key, in the order of the rounds
	Spread   map[string]spread    `json:"spread,omitempty"` // by key
	Failed   string               `json:"failed,omitempty"` // why there is nothing, or not all
}

func (r runner) run(w workload) []result {
	results := make([]result, len(r.subjects))
	for i, s := range r.subjects {
		results[i] = result{Workload: w.id, Subject: s.name, Rounds: map[string][]float64{}, Failed: s.absent}
	}
	for round := range r.rounds {
		for i, s := range r.subjects {
			if results[i].Failed != "" {
				continue
			}
			_, _ = fmt.Fprintf(r.progress, "%s, round %d of %d: %s\n", w.id, round+1, r.rounds, s.name)
			f, err := r.measure(w, s)
			if err != nil {
				results[i].Failed = err.Error()
			}
			for key, value := range f {
				results[i].Rounds[key] = append(results[i].Rounds[key], value)
			}
		}
	}
	for i := range results {
		results[i].Spread = map[string]spread{}
		for key, values := range results[i].Rounds {
			results[i].Spread[key] = spreadOf(values)
		}
	}
	return results
}

// measure runs one round in a process of its own, so that nothing is left of
// the one before. It is this program again, or the subject's own.
func (r runner) measure(w workload, s subject) (figures, error) {
	ctx, cancel := context.WithTimeout(context.Background(), r.limit)
	defer cancel()
	var cmd *exec.Cmd
	if s.outside != nil {
		if w.name == "" {
			return nil, nil
		}
		cmd = s.outside(w, r.cpus)
	} else {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		cmd = exec.Command(self, "-run", w.id, "-lib", s.name, "-tiny="+strconv.FormatBool(r.tiny))
		cmd.Env = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(r.cpus))
	}
	out, err := output(ctx, cmd)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.id, err)
	}
	return parseFigures(out)
}

// output is Cmd.Output with a time limit and with the start of what the command
// has to complain about.
func output(ctx context.Context, cmd *exec.Cmd) (string, error) {
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Start(); err != nil {
		return "", err
	}
	defer context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })()
	err := cmd.Wait()
	if ctx.Err() != nil {
		return "", errors.New("took too long")
	}
	if err != nil {
		first, _, _ := strings.Cut(strings.TrimSpace(complaint.String()+out.String()), "\n")
		return "", fmt.Errorf("%w: %s", err, first)
	}
	return out.String(), nil
}

// parseFigures reads what [figures.String] writes, and Erlang too: a key and a
// value a line.
func parseFigures(text string) (figures, error) {
	f := figures{}
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		number, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return nil, fmt.Errorf("not a figure: %q", line)
		}
		f[key] = number
	}
	return f, nil
}
