package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/seed-7832d3a3/coppice/examples/saturday"
)

// host gives the shell of a Saturday below its figures. When that is left, or the
// Saturday is stopped from wherever, it tells how all of it has ended.
func (a *app) host(s *saturday.Saturday, title, page string, plain bool) error {
	ctx, cancel := untilTold()
	defer cancel()
	defer context.AfterFunc(s.Node(), cancel)()
	swallowed := make(chan os.Signal, 1) // Ctrl-C is for what runs in the shell
	signal.Notify(swallowed, os.Interrupt)
	defer signal.Stop(swallowed)

	below := *a
	below.node = s.Node().Name()
	client, err := below.attach()
	if err != nil {
		return err
	}
	defer client.Close()
	t := below.talkTo(client)
	t.hosts, t.plain, t.observer = true, plain, page
	if err := t.breaks(); err != nil {
		return err
	}
	score := &scoreboard{address: page, palette: colors(a.out)}
	score.ask(ctx, s)
	if tty, ok := fileOf(a.out); ok && !plain {
		t.above = newBoard(tty, score.rows)
		defer t.above.close()
		below.out, below.err = t.above, t.above
		go score.follow(ctx, s, t.above.redraw)
	}
	fmt.Fprintf(t.out, greeting, clean(title), page, s.Node().Name())
	if err := t.interactive(ctx); err != nil {
		return err
	}
	score.ask(context.Background(), s) // of what has stopped there are none
	if t.above != nil {
		t.above.close()
	}
	fmt.Fprintf(a.out, "everything is stopped in order, the last to start first:\n%v", stopInTime(s))
	if figures := score.figures.Load(); figures != nil {
		fmt.Fprintf(a.out, "\n%v", *figures)
	}
	return nil
}

const greeting = `%s: 4 competitions, 32 matches, 200 fans who ask for scores.

  see it    %s   elsewhere: coppice -n %s top
  break it  poison   crash a match                leak  make a match slow
            break    break a whole competition    kill  kill that match
            stop     stop everything, in order
  Each says what to watch, and takes another victim too: poison north_3.

`

// breaks has short words stand for what breaks a Saturday.
func (t *talk) breaks() error {
	for _, alias := range [][2]string{
		{"poison", "call demo Poison"},
		{"break", "call demo Break"},
		{"leak", "call demo Leak"},
		{"kill", "call demo Kill"},
		{"traffic", "call traffic Now"},
	} {
		if err := t.session.Alias(alias[0], alias[1]); err != nil {
			return err
		}
	}
	t.alone = map[string]string{"stop": "call demo Stop"} // with a name it is the shell's own
	return nil
}
