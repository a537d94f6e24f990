package circle_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/seed-7832d3a3/coppice/internal/circle"
)

// A graph tells for whom each waits.
type graph [][]int

func (g graph) waits(p int) []int { return g[p] }

// stuck is the definition: who waits for nobody goes on, and so does who waits
// for one that goes on. All others are stuck.
func (g graph) stuck() []bool {
	goesOn := make([]bool, len(g))
	for changed := true; changed; {
		changed = false
		for p := range g {
			now := len(g[p]) == 0 || slices.ContainsFunc(g[p], func(q int) bool { return goesOn[q] })
			changed = changed || now != goesOn[p]
			goesOn[p] = now
		}
	}
	for p := range goesOn {
		goesOn[p] = !goesOn[p]
	}
	return goesOn
}

// reach returns those whom p waits for, directly or not.
func (g graph) reach(p int) map[int]bool {
	reached := map[int]bool{}
	var walk func(int)
	walk = func(q int) {
		for _, r := range g[q] {
			if !reached[r] {
				reached[r] = true
				walk(r)
			}
		}
	}
	walk(p)
	return reached
}

func (g graph) check(t *testing.T) {
	t.Helper()
	stuck := g.stuck()
	for p := range g {
		found := circle.Find(p, g.waits)
		reached := g.reach(p)
		if want := stuck[p] && reached[p]; (found != nil) != want {
			t.Fatalf("%v: who waits for %d: found %v, is there a circle: %v", g, p, found, want)
		}
		if found == nil {
			continue
		}
		if found[0] != p || len(found) != len(reached) {
			t.Fatalf("%v: Find(%d) = %v, reached are %v", g, p, found, reached)
		}
		for _, q := range found {
			if !reached[q] || !stuck[q] {
				t.Fatalf("%v: Find(%d) = %v: %d is reached: %v, stuck: %v", g, p, found, q, reached[q], stuck[q])
			}
		}
	}
}

// All ways in which up to four can wait for each other.
func TestEveryGraph(t *testing.T) {
	most := 4
	if testing.Short() {
		most = 3
	}
	for n := 1; n <= most; n++ {
		for code := range 1 << (n * n) {
			g := make(graph, n)
			for p := range g {
				for q := range n {
					if code>>(p*n+q)&1 == 1 {
						g[p] = append(g[p], q)
					}
				}
			}
			g.check(t)
		}
	}
}

func TestOrder(t *testing.T) {
	for _, n := range []int{1, 2, 50} {
		g := make(graph, n)
		var want []int
		for p := range g {
			g[p] = []int{(p + 1) % n}
			want = append(want, p)
		}
		if got := circle.Find(0, g.waits); !slices.Equal(got, want) {
			t.Errorf("a circle of %d: got %v", n, got)
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add([]byte{1, 2, 0})
	f.Add([]byte{7, 0x21, 0x43, 0x65, 0x07})
	f.Fuzz(func(t *testing.T, edges []byte) {
		g := make(graph, 16)
		for i, e := range edges[:min(len(edges), 64)] {
			from := i % len(g)
			if i >= len(g) {
				from = int(e >> 4)
			}
			g[from] = append(g[from], int(e&15))
		}
		g.check(t)
	})
}

func ExampleFind() {
	waits := map[string][]string{"a": {"b"}, "b": {"c", "a"}, "c": {"a"}}
	fmt.Println(circle.Find("c", func(p string) []string { return waits[p] }))
	// Output: [c a b]
}
