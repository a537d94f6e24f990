// Command coppice looks into programs that run on Coppice, and acts on them.
//
// It attaches to a node over the control socket that the program serves. Each
// command is a file of its own; root.go has what they share.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// The exit statuses.
const (
	exitOK     = 0
	exitFailed = 1   // what was asked for has failed
	exitUsage  = 2   // the command line makes no sense
	exitSignal = 128 // and the number of the signal that has ended it
)

// run runs one command line, and returns its exit status.
func run(args []string, in io.Reader, out, err io.Writer) int {
	a := &app{in: in, out: out, err: err}
	root := newRoot(a)
	root.SetArgs(args)
	failure := root.Execute()
	if failure == nil {
		return exitOK
	}
	if errors.Is(failure, errShown) {
		return exitFailed
	}
	if ended := new(endedError); errors.As(failure, &ended) {
		return exitSignal + int(ended.by)
	}
	_, _ = fmt.Fprintln(err, "coppice:", strings.TrimRight(explain(failure), "\n"))
	if !a.began {
		return exitUsage
	}
	return exitFailed
}
