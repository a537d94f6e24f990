package main

import (
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// The test is the program, too: so the runner finds it when it starts itself.
func TestMain(m *testing.M) {
	if slices.Contains(os.Args, "-run") && slices.Contains(os.Args, "-lib") {
		main()
		return
	}
	os.Exit(m.Run())
}

// TestEverythingRuns runs each workload with each subject in tiny sizes, in
// processes of their own, and looks whether no figure is missing.
func TestEverythingRuns(t *testing.T) {
	erlang, err := compileErlang(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := runner{rounds: 1, cpus: 2, tiny: true, limit: time.Minute, progress: io.Discard}
	for _, s := range subjects() {
		if s.name == erlang.name {
			s = erlang
		}
		r.subjects = append(r.subjects, s)
	}
	for _, w := range workloads() {
		for _, result := range r.run(w.tiny()) {
			switch {
			case result.Failed != "" && result.Subject == erlang.name && erlang.absent != "":
				t.Log(result.Failed)
			case result.Failed != "":
				t.Errorf("%s of %s: %s", w.id, result.Subject, result.Failed)
			case result.Subject == "coppice":
				for _, row := range w.rows {
					if strings.Contains(cell(row, result), none) {
						t.Errorf("%s of %s has no figure for %q", w.id, result.Subject, row.label)
					}
				}
			}
		}
	}
}

func TestChoose(t *testing.T) {
	same := func(s string) string { return s }
	all := []string{"W1", "W2", "W12"}
	for names, want := range map[string]string{"": "W1 W2 W12", "w12, W1": "W1 W12", "W2": "W2"} {
		got, err := choose(all, names, same)
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%q chooses %v (%v), want %s", names, got, err, want)
		}
	}
	if _, err := choose(all, "W2,W3", same); err == nil || !strings.Contains(err.Error(), "there is no w3") {
		t.Errorf("the error for what is not there is %v", err)
	}
}

func TestParseFigures(t *testing.T) {
	f, err := parseFigures("ns 12.5\nrate 1e+06\n")
	if err != nil || f["ns"] != 12.5 || f["rate"] != 1e6 || len(f) != 2 {
		t.Errorf("got %v, %v", f, err)
	}
	if _, err := parseFigures("panic: no\n"); err == nil {
		t.Error("takes what is not a figure")
	}
}

func TestShare(t *testing.T) {
	for _, times := range []int{0, 1, 63, 64, 65, 1000} {
		sum := 0
		for i := range 64 {
			sum += share(times, 64, i)
		}
		if sum != times {
			t.Errorf("the shares of %d are %d together", times, sum)
		}
	}
}
