package saturday

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// Poison is the call that sends a match an event for which it has no case: it
// crashes. Without a name it is a match of the first competition. The reply to
// this and all below says what to watch.
type Poison struct {
	genserver.Returns[string]
	Match string
}

// Break is the call that damages the book of a competition, without a name the
// second, which no restart of a match or of the referee mends.
type Break struct {
	genserver.Returns[string]
	Competition string
}

// Leak is the call that makes a match slow, without a name one of the third
// competition.
type Leak struct {
	genserver.Returns[string]
	Match string
}

// Kill is the call that kills a match, without a name the one that Leak has
// made slow.
type Kill struct {
	genserver.Returns[string]
	Match string
}

// Stop is the call that stops everything, in order.
type Stop struct{ genserver.Returns[string] }

// A Breaker breaks things.
type Breaker struct {
	competitions []competition
	stall        time.Duration
	leaked       string // the match that Leak has made slow
}

func newBreaker(_ *coppice.Process, o Options) (*Breaker, error) {
	b := &Breaker{stall: o.Stall}
	for i := range o.Competitions {
		b.competitions = append(b.competitions, newCompetition(o, i))
	}
	return b, nil
}

func (b *Breaker) poison(p *coppice.Process, m Poison) (string, error) {
	name, err := b.match(p, m.Match, 0)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("watch %s: it crashes, and is back with its score; nobody else notices", name),
		genserver.Cast(p, coppice.Name(name), Event{Kind: "goal"}) // nobody says whose
}

func (b *Breaker) breakUp(p *coppice.Process, m Break) (string, error) {
	c, err := b.competition(m.Competition)
	if err != nil {
		return "", err
	}
	name, err := b.playing(p, c)
	if err != nil {
		return "", err
	}
	if err := genserver.Cast(p, c.book(), Damage{}); err != nil {
		return "", err
	}
	return fmt.Sprintf("watch %s: restarts use up one limit after the other, until all of it is new", c.name),
		genserver.Cast(p, coppice.Name(name), Event{Kind: "goal"})
}

func (b *Breaker) leak(p *coppice.Process, m Leak) (string, error) {
	name, err := b.match(p, m.Match, 2)
	if err != nil {
		return "", err
	}
	b.leaked = name
	return fmt.Sprintf("watch the mailbox of %s: it grows for %v, or until you kill it", name, b.stall),
		genserver.Cast(p, coppice.Name(name), Stall{b.stall})
}

func (b *Breaker) kill(p *coppice.Process, m Kill) (string, error) {
	if m.Match == "" {
		m.Match = b.leaked
	}
	name, err := b.match(p, m.Match, 2)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("watch %s: back at once, while its old code is a zombie until it returns", name),
		coppice.Exit(p, coppice.Name(name), coppice.Kill)
}

// stop replies first, and leaves the reply the time to reach who asked, be it
// over the control socket: that ends too.
func (b *Breaker) stop(p *coppice.Process, _ Stop) (string, error) {
	_, err := coppice.SendAfter(p, p.Self(), 100*time.Millisecond, stopNow{})
	return "watch the order: what started last ends first, and all ends before what it needs", err
}

// stopNow is the message on which everything is stopped.
type stopNow struct{}

func (b *Breaker) stopNow(p *coppice.Process, _ stopNow) error {
	if _, err := genserver.Call(p, Scribe, watchEnds{}); err != nil {
		return err
	}
	limit, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	p.Node().Stop(limit)
	return nil
}

// match checks the name of a match; without one it is the first that is being
// played in a competition.
func (b *Breaker) match(p *coppice.Process, name string, otherwise int) (string, error) {
	if name == "" {
		return b.playing(p, b.competitions[otherwise%len(b.competitions)])
	}
	i := slices.IndexFunc(b.competitions, func(c competition) bool { return strings.HasPrefix(name, c.name+"_") })
	if i < 0 || genserver.Whereis(p, coppice.Name(name)).IsZero() {
		some, err := b.playing(p, b.competitions[max(i, 0)])
		if err != nil {
			return "", err
		}
		return "", fmt.Errorf("no match %q is being played; %s is one that is", name, some)
	}
	return name, nil
}

func (b *Breaker) playing(p *coppice.Process, c competition) (string, error) {
	playing, err := genserver.Call(p, c.referee(), Playing{})
	if err == nil && len(playing) == 0 {
		err = fmt.Errorf("no match of %s is being played now: try again soon", c.name)
	}
	if err != nil {
		return "", err
	}
	return playing[0], nil
}

func (b *Breaker) competition(name string) (competition, error) {
	if name == "" {
		return b.competitions[1%len(b.competitions)], nil
	}
	var names []string
	for _, c := range b.competitions {
		if c.name == name {
			return c, nil
		}
		names = append(names, c.name)
	}
	return competition{}, fmt.Errorf("there is no competition %q; there are %s", name, strings.Join(names, ", "))
}

var demo = genserver.Define(newBreaker,
	genserver.OnCall((*Breaker).poison),
	genserver.OnCall((*Breaker).breakUp),
	genserver.OnCall((*Breaker).leak),
	genserver.OnCall((*Breaker).kill),
	genserver.OnCall((*Breaker).stop),
	genserver.OnInfo((*Breaker).stopNow),
)
