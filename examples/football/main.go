// Command football tracks the scores of football matches, one process a match.
//
// Without arguments it goes through the life of one tracker, a crash included.
// With -feed it plays a whole tournament from a file in openfootball's JSON
// format, all matches at once:
//
//	football -feed worldcup.json [-poison N] [-seed S] [-recover] [-v]
//
// With -serve it stays, and one starts matches and sends them events by hand, in
// the shell of cmd/coppice.
//
// The last line is the sum: M matches, G goals, R restarts, W wrong. The exit
// status is 1 if a score is wrong, and 2 if the input is bad.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/inspect"
	"github.com/seed-7832d3a3/coppice/program"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

func main() { os.Exit(command(os.Args[1:], os.Stdout, os.Stderr)) }

func command(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("football", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var o options
	flags.StringVar(&o.file, "feed", "", "play the tournament in this `file`")
	flags.IntVar(&o.poison, "poison", 0, "send `N` unknown events, each of which crashes a tracker")
	flags.Uint64Var(&o.seed, "seed", 1, "choose the moments of the unknown events by this `seed`")
	flags.BoolVar(&o.recover, "recover", false, "have restarted trackers rebuild their state from the events of their match")
	stays := flags.Bool("serve", false, "stay, for the shell of cmd/coppice")
	flags.BoolVar(&o.verbose, "v", false, "show the crash reports")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	fail := func(format string, a ...any) int {
		fmt.Fprintf(stderr, "football: "+format+"\n", a...)
		return 2
	}
	switch {
	case flags.NArg() > 0:
		return fail("unexpected argument %q", flags.Arg(0))
	case o.poison < 0:
		return fail("-poison %d: want a number that is not negative", o.poison)
	case o.file == "" && (o.poison > 0 || o.recover):
		return fail("-poison and -recover go with -feed FILE")
	case *stays && o.file != "":
		return fail("-serve and -feed do not go together")
	}
	log := stderr
	if o.file != "" && !o.verbose {
		log = io.Discard
	}
	node := coppice.NewNode(coppice.Options{Name: "football", Logger: slog.New(inspect.NewLogHandler(coppice.NewReportHandler(log)))})
	if *stays {
		err := serve(node, stdout)
		if err != nil {
			fmt.Fprintln(stderr, "football:", err)
		}
		return program.ExitStatus(err)
	}
	defer node.Stop(context.Background())
	if o.file == "" {
		if err := steps(node, stdout); err != nil {
			fmt.Fprintln(stderr, "football:", err)
			return 1
		}
		return 0
	}
	wrong, err := play(node, o, stdout)
	switch {
	case err != nil:
		return fail("%v", err)
	case wrong > 0:
		return 1
	}
	return 0
}

// serve has a supervisor of matches run until Ctrl-C, and the shell attach to
// it.
func serve(node *coppice.Node, stdout io.Writer) error {
	if _, err := control.Serve(node, control.Options{Actions: true}); err != nil {
		return err
	}
	fmt.Fprintln(stdout, "in another terminal: go run ./cmd/coppice shell football; here, Ctrl-C ends it")
	return program.Run(node, trackers(supervisor.AtMost(5, 10*time.Second)), program.Options{})
}
