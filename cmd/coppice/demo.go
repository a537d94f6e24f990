package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/examples/football/feed"
	"github.com/seed-7832d3a3/coppice/examples/saturday"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/inspect"
	"github.com/seed-7832d3a3/coppice/observer"
)

// A demonstration is what the flags of demo say.
type demonstration struct {
	total   time.Duration
	feed    string
	seed    uint64
	verbose bool
	plain   bool
	addr    string // of the observer
}

// newDemo makes the command that runs a program to look into.
func newDemo(a *app) *cobra.Command {
	d := demonstration{}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "run a football Saturday to look into and to break",
		Long: `demo runs a football Saturday: matches in four competitions, and two hundred
fans who ask for their scores two thousand times a second. Look into it in a
browser, at the address that it prints, and from a second terminal with coppice
tree, top and crashes -f.

On a terminal it shows the figures of the traffic at the top, gives its shell
below, in which you break things, and goes on until you leave that. With --for,
and where there is no terminal or one that cannot move its cursor, it breaks one
thing after the other by itself, says each time what to watch, and ends with a
summary. --plain is for screen readers: a shell without anything that moves.`,
		Example: "  coppice demo\n  coppice demo --for 20s\n  coppice demo --feed worldcup.json",
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return a.demo(d) },
	}
	cmd.Flags().DurationVar(&d.total, "for", 0, "break things for so long, and sum up; 20s where there is no terminal")
	cmd.Flags().StringVar(&d.feed, "feed", "", "play the matches of the tournament in this `FILE`, in openfootball's JSON format")
	cmd.Flags().Uint64Var(&d.seed, "seed", 1, "of the generator of matches")
	cmd.Flags().BoolVarP(&d.verbose, "verbose", "v", false, "show the crash reports on standard error")
	cmd.Flags().BoolVar(&d.plain, "plain", false, "no figures at the top, and no editing: lines as they come")
	cmd.Flags().StringVar(&d.addr, "addr", demoAddr, "`ADDRESS` of the observer; another port if this one is taken and not asked for")
	_ = cmd.RegisterFlagCompletionFunc("feed", cobra.FixedCompletions([]string{"json"}, cobra.ShellCompDirectiveFilterFileExt))
	return cmd
}

func (a *app) demo(d demonstration) error {
	_, _, moves := terminal(a.out)
	if d.total == 0 && (a.output != "text" || !typedInto(a.in) || !moves && !d.plain) {
		d.total = 20 * time.Second
	}
	if d.total != 0 && d.total < 2*time.Second {
		return fmt.Errorf("--for %v is too short to see anything: 2s or more", d.total)
	}
	options := saturday.Options{Seed: d.seed}
	if d.feed != "" {
		tournament, err := feed.Read(d.feed)
		if err != nil {
			return err
		}
		options.Tournament = tournament
	}
	node, err := a.saturday(d, options)
	if err != nil {
		return err
	}
	defer stopNode(node)
	ctx, stop := untilInterrupted()
	defer stop()
	l, err := d.listen()
	if err != nil {
		return err
	}
	go func() { _ = serve(ctx, l, observer.Handler(node, observer.Options{Actions: true})) }()
	if d.total == 0 {
		return a.host(node, l.Addr(), d.plain)
	}
	out := a.out
	if a.output == "json" {
		out = io.Discard
	}
	fmt.Fprintf(out, "a football Saturday on node %s, for %v\nobserver: http://%v/\nlook into it: coppice -n %s tree\n\n", node.Name(), d.total, l.Addr(), node.Name())
	figures, err := saturday.Show(ctx, node, d.total, out)
	switch {
	case errors.Is(err, context.Canceled): // Ctrl-C
		return nil
	case err != nil || a.output != "json":
		return err
	}
	return a.print("", figures)
}

// host gives the shell of the Saturday below its figures, and when it is left
// stops everything.
func (a *app) host(node *coppice.Node, observer net.Addr, plain bool) error {
	ctx, stop := untilTold()
	defer stop()
	swallowed := make(chan os.Signal, 1) // Ctrl-C is for what runs in the shell
	signal.Notify(swallowed, os.Interrupt)
	defer signal.Stop(swallowed)

	below := *a
	below.node = node.Name()
	client, err := below.attach()
	if err != nil {
		return err
	}
	defer client.Close()
	t := below.talkTo(client)
	t.hosts, t.plain = true, plain
	score := &scoreboard{address: fmt.Sprintf("http://%v/", observer), palette: colors(a.out)}
	score.ask(ctx, node)
	if tty, ok := fileOf(a.out); ok && !plain {
		t.above = newBoard(tty, score.rows)
		defer t.above.close()
		below.out, below.err = t.above, t.above
		go score.follow(ctx, node, t.above.redraw)
	}
	fmt.Fprintf(t.out, `A football Saturday: 4 competitions, 32 matches, 200 fans.

  see it     %s
  elsewhere  coppice -n %s top
  break it   call demo Poison (or Break, Leak, Kill, Stop): says what to watch

`, score.address, node.Name())
	if err := t.interactive(ctx); err != nil {
		return err
	}
	if t.above != nil {
		t.above.close()
	}
	if figures, err := genserver.Call(node, saturday.Traffic, saturday.Now{}); err == nil {
		fmt.Fprintf(a.out, "%vstopping everything, in order\n", figures)
		stopNode(node)
	}
	return nil
}

const demoAddr = "127.0.0.1:4040"

// listen opens the port of the observer.
func (d demonstration) listen() (net.Listener, error) {
	l, err := net.Listen("tcp", d.addr)
	if err != nil && d.addr == demoAddr {
		return net.Listen("tcp", "127.0.0.1:0")
	}
	return l, err
}

// saturday starts a node, opens its socket, and starts the Saturday on it.
func (a *app) saturday(d demonstration, options saturday.Options) (*coppice.Node, error) {
	name := a.node
	if name == "" {
		name = "demo"
	}
	var shown slog.Handler = slog.NewTextHandler(io.Discard, nil) // coppice logs shows them
	if d.verbose {
		shown = coppice.NewReportHandler(a.err)
	}
	node := coppice.NewNode(coppice.Options{Name: name, Logger: slog.New(inspect.NewLogHandler(shown))})
	if _, err := control.Serve(node, control.Options{Actions: true}); err != nil {
		stopNode(node)
		return nil, fmt.Errorf("%w\nanother name: coppice demo -n NAME", err)
	}
	if _, err := saturday.Start(node, options); err != nil {
		stopNode(node)
		return nil, err
	}
	return node, nil
}

func stopNode(node *coppice.Node) {
	limit, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	node.Stop(limit)
}
