// Command soak has a node do everything at once for as long as one likes: many
// processes under load, crashes, kills, code that hangs, restarts of subtrees,
// registrations, tasks, timers and monitors, and servers that are flooded. All the while, and in the end, it
// checks what is promised:
//
//   - No message between living processes is lost, doubled, or out of order.
//   - Every crash has exactly one report.
//   - Every permanent child is alive, under its names and keys.
//   - A name or key belongs to one process at a time.
//   - What is sent to a server with a bounded mailbox, ten times as much as it can
//     do, is handled or counted as dropped; no more waits than may, and callers are
//     told.
//   - A monitor fires once, a timer fires or is cancelled, a task has one end.
//   - Goroutines, heap, processes and registrations are back where they began.
//
// It prints its figures, and exits with status 1 if something was not so.
//
//	go run ./soak -for 10m
//
// go test runs a short one.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

func main() {
	c := config{out: os.Stdout}
	flag.DurationVar(&c.duration, "for", time.Minute, "how long it is under load")
	flag.IntVar(&c.processes, "processes", 200_000, "how many workers there are")
	flag.IntVar(&c.messages, "messages", 50_000, "messages a second")
	flag.IntVar(&c.crashes, "crashes", 1000, "crashes a second")
	flag.IntVar(&c.kills, "kills", 200, "kills a second")
	flag.IntVar(&c.units, "units", 50, "subtrees, of which one is restarted after the other")
	flag.IntVar(&c.churn, "churn", 500, "each of registrations, tasks, timers and monitors a second")
	flag.IntVar(&c.flood, "flood", 4000, "messages a second to each of four servers that can do a tenth of that, one for each policy of a full mailbox")
	flag.Uint64Var(&c.seed, "seed", uint64(time.Now().UnixNano()), "of what is random")
	flag.Parse()
	s := newSoak(c)
	s.run()
	s.print()
	if findings := s.findings.all(); len(findings) > 0 {
		fmt.Fprintf(os.Stderr, "%d findings\n", len(findings))
		os.Exit(1)
	}
}
