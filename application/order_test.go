package application_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/application"
	"github.com/seed-7832d3a3/coppice/coppicetest"
)

// Of any set of applications, given in any order, each starts after all that it
// depends on; or there is a circle, or something is missing, the error says
// where, and nothing starts.
func TestAnyDependencies(t *testing.T) {
	const most = 6
	var fine, circles, missing int
	for seed := range uint64(150) {
		random := rand.New(rand.NewPCG(seed, 1))
		needs := make(map[string][]string)
		count := 1 + random.IntN(most)
		for i := range count {
			name := fmt.Sprint(i)
			needs[name] = nil
			for other := range count + 1 {
				if odds := random.IntN(20); odds < 5 && other < i || odds == 0 {
					needs[name] = append(needs[name], fmt.Sprint(other))
				}
			}
		}
		coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
			var apps []application.Application
			for _, i := range random.Perm(count) {
				apps = append(apps, application.Define(application.Spec[int]{Name: fmt.Sprint(i), DependsOn: needs[fmt.Sprint(i)]}))
			}
			names, err := application.Start(n, application.Temporary, apps...)
			var circle *application.CycleError
			var absent *application.NotRunningError
			switch {
			case errors.As(err, &circle):
				circles++
				for i, name := range circle.Path[1:] {
					if !slices.Contains(needs[circle.Path[i]], name) {
						t.Errorf("seed %d: %s does not depend on %s: %v", seed, circle.Path[i], name, err)
					}
				}
				runs(t, n)
			case errors.As(err, &absent):
				missing++
				if absent.Application != fmt.Sprint(count) || !slices.Contains(needs[absent.NeededBy], absent.Application) {
					t.Errorf("seed %d: %v", seed, err)
				}
				runs(t, n)
			case err != nil || len(names) != count:
				t.Errorf("seed %d: %v, %v", seed, names, err)
			default:
				fine++
				runs(t, n, names...)
				for i, name := range names {
					for _, needed := range needs[name] {
						if !slices.Contains(names[:i], needed) {
							t.Errorf("seed %d: %s started before %s: %v", seed, name, needed, names)
						}
					}
				}
			}
		})
	}
	if fine == 0 || circles == 0 || missing == 0 {
		t.Errorf("%d started, %d circles, %d missing: not all were tried", fine, circles, missing)
	}
}
