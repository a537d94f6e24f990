package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/examples/football/feed"
	"github.com/seed-7832d3a3/coppice/examples/saturday"
	"github.com/seed-7832d3a3/coppice/examples/saturday/page"
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
	options := saturday.Options{Seed: d.seed, Trying: d.total / 80} // so that what takes time fits
	title := "A football Saturday"
	if d.feed != "" {
		tournament, err := feed.Read(d.feed)
		if err != nil {
			return err
		}
		options.Tournament = tournament
		title = fmt.Sprintf("%s on a Saturday, %d matches", cmp.Or(tournament.Name, d.feed), len(tournament.Matches))
	}
	started, err := a.saturday(d, options)
	if err != nil {
		return err
	}
	defer stopInTime(started)
	l, err := d.listen()
	if err != nil {
		return err
	}
	defer serveWhole(l, page.Handler(started, observer.Handler(started.Node(), observer.Options{Actions: true})))()
	if d.total == 0 {
		return a.host(started, title, "http://"+l.Addr().String()+"/", d.plain)
	}
	return a.show(started, title, l.Addr(), d.total)
}

// serveWhole serves until it is told to stop, and then answers what has been asked.
func serveWhole(l net.Listener, h http.Handler) (stop func()) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: askTime}
	go func() { _ = server.Serve(l) }()
	return func() {
		limit, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = server.Shutdown(limit)
		_ = server.Close()
	}
}

// show has a Saturday break by itself, and sums up.
func (a *app) show(started *saturday.Saturday, title string, addr net.Addr, total time.Duration) error {
	ctx, stop := untilInterrupted()
	defer stop()
	out, name := a.out, started.Node().Name()
	if a.output == "json" {
		out = io.Discard
	}
	fmt.Fprintf(out, "%s, on node %s, for %v\nwatch it: http://%v/\nlook into it: coppice -n %s tree\n\n", title, name, total, addr, name)
	figures, err := started.Show(ctx, total, out)
	switch {
	case errors.Is(err, context.Canceled): // Ctrl-C
		return nil
	case err != nil || a.output != "json":
		return err
	}
	return a.print("", figures)
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
func (a *app) saturday(d demonstration, options saturday.Options) (*saturday.Saturday, error) {
	name := a.node
	if name == "" {
		name = "demo"
	}
	var shown slog.Handler = slog.NewTextHandler(io.Discard, nil) // coppice logs shows them
	if d.verbose {
		shown = coppice.NewReportHandler(a.err)
	}
	node := coppice.NewNode(coppice.Options{Name: name, Logger: slog.New(inspect.NewLogHandler(shown))})
	_, err := control.Serve(node, control.Options{Actions: true})
	if err != nil {
		err = fmt.Errorf("%w\nanother name: coppice demo -n NAME", err)
	}
	var started *saturday.Saturday
	if err == nil {
		if started, err = saturday.Start(node, options); err != nil && d.feed != "" {
			err = fmt.Errorf("%s: %w", d.feed, err)
		}
	}
	if err != nil {
		node.Stop(context.Background())
		return nil, err
	}
	return started, nil
}

// stopInTime stops all of it, and kills what takes too long.
func stopInTime(s *saturday.Saturday) saturday.Ends {
	limit, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	return s.Stop(limit)
}
