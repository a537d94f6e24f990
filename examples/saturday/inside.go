package saturday

import (
	"slices"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A Decision is what a supervisor did when a child ended.
type Decision struct {
	At   time.Time
	Text string
}

// inside is what the node tells of a Saturday, read without asking a process.
type inside struct {
	seen     uint64 // the number of the last event that was counted
	restarts map[string]int
	latest   Decision
}

// look adds what is to be seen of the processes to the figures.
func (i *inside) look(node *coppice.Node, f *Figures) {
	i.follow(node, f.Competitions)
	f.Latest = i.latest
	for s := range node.Stats() {
		if at := whose(f.Competitions, s.Name); at >= 0 && isMatch(f.Competitions[at], s.Name) {
			f.Competitions[at].Matches++
			f.Competitions[at].Mailbox = max(f.Competitions[at].Mailbox, s.Mailbox)
		}
	}
	if len(node.Zombies()) > 0 {
		for _, s := range node.Stuck() {
			if at := whose(f.Competitions, s.Name); at >= 0 && s.Zombie {
				f.Competitions[at].Zombies++
			}
		}
	}
	for at := range f.Competitions {
		c := &f.Competitions[at]
		c.Restarts = i.restarts[c.Competition]
		c.Limits = limits(node, c.Competition, c.Competition+"_matches")
		f.All.Matches += c.Matches
		f.All.Mailbox = max(f.All.Mailbox, c.Mailbox)
		f.All.Zombies += c.Zombies
	}
	for _, n := range i.restarts {
		f.All.Restarts += n
	}
	f.All.Limits = limits(node, string(Name))
}

// limits are those of the supervisors among the named that are there.
func limits(node *coppice.Node, names ...string) (all []Limit) {
	for _, name := range names {
		if v, ok := supervisor.ViewOf(node.Whereis(name)); ok {
			all = append(all, Limit{name, v.Used, v.Max, v.Period})
		}
	}
	return all
}

// follow counts the restarts since it was asked last. Those of a competition as
// a whole count for it too.
func (i *inside) follow(node *coppice.Node, all []Figure) {
	for _, e := range node.Events(i.seen) {
		i.seen = e.Seq
		restart := e.Kind == "child_terminated" && strings.Contains(e.Text, "; restart")
		if !restart && e.Kind != "shutdown" {
			continue
		}
		_, what, _ := strings.Cut(e.Text, "> ") // without "supervisor" and its pid
		i.latest = Decision{e.At, what}
		if !restart {
			continue
		}
		of := ""
		for _, name := range []string{e.SupervisorName, e.Name} {
			if at := whose(all, name); at >= 0 {
				of = all[at].Competition
				break
			}
		}
		i.restarts[of]++
	}
}

// whose says to which of the competitions a name belongs; to none: -1.
func whose(all []Figure, name string) int {
	return slices.IndexFunc(all, func(f Figure) bool {
		return name == f.Competition || strings.HasPrefix(name, f.Competition+"_")
	})
}

// isMatch reports whether one of the names of a competition is that of a match.
func isMatch(f Figure, name string) bool {
	number := strings.TrimPrefix(name, f.Competition+"_")
	return number != "" && strings.Trim(number, "0123456789") == ""
}
