package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// An app is what the commands share: the streams, and the flags that all have.
type app struct {
	in       io.Reader
	out, err io.Writer

	node   string   // -n: the node to attach to; empty for the one that runs
	nodes  []string // all that -n was given: of some commands one can be a number of rows
	output string   // -o: text or json

	set *settings // nil: not read yet

	began bool // the command line made sense, and its command has begun
}

// newRoot makes the command with all its subcommands.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "coppice",
		Short: "look into programs that run on Coppice, and act on them",
		Long: `coppice looks into programs that run on Coppice, and acts on them.

It attaches to a node over the control socket that the program serves, which
its main does with control.Serve(node, control.Options{}). A node on another
machine is -n tls://HOST:PORT: its program calls control.ServeTLS, the token is
taken from COPPICE_TOKEN, and whom to trust from the file that COPPICE_CA names.

Output is for people; -o json is for programs. It is plain where it does not go
to a terminal, where NO_COLOR is set and where TERM is dumb.

The exit status is 0 if all went well, 1 if what was asked for has failed, and
2 if the command line makes no sense. Ctrl-C ends what goes on, with status 0;
SIGTERM and SIGHUP end the shell with 128 and their number.

` + settingsHelp,
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if formats := a.formats(cmd); !slices.Contains(formats, a.output) {
				return fmt.Errorf("-o %s: there is -o %s", a.output, strings.Join(formats, " and -o "))
			}
			a.began = true
			return nil
		},
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w\n%s --help shows what there is", err, cmd.CommandPath())
	})
	flags := root.PersistentFlags()
	flags.VarP((*nodeFlag)(a), "node", "n", "the `NODE` to attach to; not needed where only one runs")
	flags.StringVarP(&a.output, "output", "o", "text", "text or json; of tree also dot")
	_ = root.RegisterFlagCompletionFunc("node", completeNode)
	_ = root.RegisterFlagCompletionFunc("output", func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		return a.formats(cmd), cobra.ShellCompDirectiveNoFileComp
	})
	root.AddCommand(
		newCrash(a),
		newCrashes(a),
		newDemo(a),
		newEvents(a),
		newFlight(a),
		newInfo(a),
		newLogs(a),
		newMetrics(a),
		newNames(a),
		newNew(a),
		newObserve(a),
		newPs(a),
		newShell(a),
		newStatus(a),
		newTop(a),
		newTrace(a),
		newTree(a),
		newVersion(a),
	)
	root.AddCommand(newActs(a)...)
	completeBash(root)
	return root
}

// A nodeFlag is -n, of which the last counts.
type nodeFlag app

// Set implements pflag.Value.
func (f *nodeFlag) Set(text string) error {
	f.node, f.nodes = text, append(f.nodes, text)
	return nil
}

// String implements pflag.Value.
func (f *nodeFlag) String() string { return f.node }

// Type implements pflag.Value.
func (f *nodeFlag) Type() string { return "string" }

// formats are those that -o can ask a command for. One that has more than all
// have says so in its annotations.
func (a *app) formats(cmd *cobra.Command) []string {
	all := []string{"text", "json"}
	if more := cmd.Annotations["output"]; more != "" {
		all = append(all, more)
	}
	return all
}

// print writes a result as -o wants it.
func (a *app) print(text string, value any) error {
	if a.output == "json" {
		encoder := json.NewEncoder(a.out)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false) // pids stay readable
		return encoder.Encode(value)
	}
	_, err := fmt.Fprintln(a.out, strings.TrimRight(text, "\n"))
	return err
}
