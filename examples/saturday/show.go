package saturday

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// Show lets the Saturday go on for so long, breaks things on the way, and tells
// on w what happens; at the end it stops the node. It needs three competitions
// or more; in the fourth and those after it nothing is broken, and the figures
// at the end show whether they have noticed anything.
func (s *Saturday) Show(ctx context.Context, total time.Duration, w io.Writer) (Figures, error) {
	show := &show{Saturday: s, w: w, began: time.Now(), total: total}
	return show.run(ctx)
}

type show struct {
	*Saturday
	w     io.Writer
	began time.Time
	total time.Duration

	competitions []string
	slow         string // the match that leak has made slow
}

func (s *show) run(ctx context.Context) (Figures, error) {
	all, err := s.Figures(ctx)
	if err != nil {
		return all, err
	}
	for _, f := range all.Competitions {
		s.competitions = append(s.competitions, f.Competition)
	}
	for _, act := range []struct {
		at float64 // of the whole time
		do func() error
	}{
		{0.10, s.figures},
		{0.20, s.poison},
		{0.35, s.breakUp},
		{0.45, s.figures},
		{0.55, s.leak},
		{0.70, s.figures},
		{0.75, s.kill},
		{0.95, s.figures},
	} {
		if err := s.wait(ctx, act.at); err != nil {
			return all, err
		}
		if err := act.do(); err != nil {
			return all, err
		}
	}
	if err := s.wait(ctx, 1); err != nil {
		return all, err
	}
	if all, err = s.Figures(ctx); err != nil {
		return all, err
	}
	return all, s.stop(all)
}

// wait waits until a share of the time is over.
func (s *show) wait(ctx context.Context, share float64) error {
	t := time.NewTimer(time.Until(s.began.Add(time.Duration(share * float64(s.total)))))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-s.node.Done():
		return errors.New("the node has been stopped before the time was over")
	}
}

func (s *show) say(format string, a ...any) {
	fmt.Fprintf(s.w, "%5.1fs  %s\n", time.Since(s.began).Seconds(), fmt.Sprintf(format, a...))
}

// figures says in one line how the traffic goes.
func (s *show) figures() error {
	all, err := s.Figures(s.node)
	if err != nil {
		return err
	}
	var parts []string
	for _, f := range all.Competitions {
		parts = append(parts, fmt.Sprintf("%s %.0f/s %.1f%% %v", f.Competition, f.PerSecond, 100*f.Failing, Brief(f.P99)))
	}
	s.say("traffic: requests, errors, p99: %s", strings.Join(parts, " · "))
	return nil
}

// playing returns the first match of the ith competition.
func (s *show) playing(i int) (string, error) {
	c := competition{name: s.competitions[i%len(s.competitions)]}
	playing, err := genserver.Call(s.node, c.referee(), Playing{})
	if err == nil && len(playing) == 0 {
		err = fmt.Errorf("no match of %s is being played", c.name)
	}
	if err != nil {
		return "", err
	}
	return playing[0], nil
}

// mending is how long the show waits for what it has broken, which takes seconds
// where the machine has time for it.
const mending = 30 * time.Second

// replaced does something that ends a process, and waits until another one has
// its name; it tells how long all of that took.
func (s *show) replaced(name string, do func() (string, error)) (coppice.PID, time.Duration, error) {
	limit, cancel := context.WithTimeout(s.node, mending)
	defer cancel()
	old, err := coppice.AwaitName(limit, coppice.Name(name))
	if err != nil {
		return coppice.PID{}, 0, err
	}
	began := time.Now()
	watch, err := do()
	if err != nil {
		return coppice.PID{}, 0, err
	}
	s.say("%s", watch)
	if _, err := coppice.Await(limit, old); err != nil {
		return coppice.PID{}, 0, err
	}
	now, err := coppice.AwaitName(limit, coppice.Name(name))
	return now, time.Since(began), err
}

func (s *show) poison() error {
	name, err := s.playing(0)
	if err != nil {
		return err
	}
	pid, took, err := s.replaced(name, func() (string, error) {
		return genserver.Call(s.node, Demo, Poison{Match: name})
	})
	if err != nil {
		return err
	}
	score, err := genserver.Call(s.node, pid, Score{})
	s.say("       %s is back after %v as %v: %v", name, Brief(took), pid, score)
	return err
}

func (s *show) breakUp() error {
	name := s.competitions[1%len(s.competitions)]
	pid, took, err := s.replaced(name, func() (string, error) {
		return genserver.Call(s.node, Demo, Break{Competition: name})
	})
	if err != nil {
		return err
	}
	s.say("       %s is back after %v as %v, with all its matches", name, Brief(took), pid)
	return nil
}

func (s *show) leak() error {
	name, err := s.playing(2)
	if err != nil {
		return err
	}
	s.slow = name
	watch, err := genserver.Call(s.node, Demo, Leak{Match: name})
	s.say("%s", watch)
	return err
}

func (s *show) kill() error {
	waiting := 0
	if info, ok := coppice.Lookup(genserver.Whereis(s.node, coppice.Name(s.slow))); ok {
		waiting = info.Mailbox
	}
	s.say("       %d messages wait for %s", waiting, s.slow)
	pid, took, err := s.replaced(s.slow, func() (string, error) {
		return genserver.Call(s.node, Demo, Kill{Match: s.slow})
	})
	if err != nil {
		return err
	}
	s.say("       %s is back after %v as %v", s.slow, Brief(took), pid)
	return nil
}

// stop stops the node and sums up.
func (s *show) stop(all Figures) error {
	for _, stuck := range s.node.Stuck() {
		if stuck.Zombie {
			s.say("zombie %v %s: killed %v ago, and its code still runs", stuck.PID, stuck.Name, Brief(time.Since(stuck.Since)))
		}
	}
	limit, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	s.say("everything is stopped in order, the last to start first:")
	ends := s.Stop(limit)
	fmt.Fprintf(s.w, "%v\n%v", ends, all)
	var rest Figure
	var names []string
	for _, f := range all.Competitions[min(3, len(all.Competitions)):] {
		rest.Requests += f.Requests
		rest.Errors += f.Errors
		names = append(names, f.Competition)
	}
	if len(names) > 0 {
		fmt.Fprintf(s.w, "\nnothing was broken in %s: %d requests, %d errors\n", strings.Join(names, ", "), rest.Requests, rest.Errors)
	}
	return nil
}
