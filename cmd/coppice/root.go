package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// An app is what the commands share: the streams, and the flags that all have.
type app struct {
	in       io.Reader
	out, err io.Writer

	node   string // -n: the node to attach to; empty for the one that runs
	output string // -o: text or json

	began bool // the command line made sense, and its command has begun
}

// newRoot makes the command with all its subcommands.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "coppice",
		Short: "look into programs that run on Coppice, and act on them",
		Long: `coppice looks into programs that run on Coppice, and acts on them.

It attaches to a node over the control socket that the program serves.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if a.output != "text" && a.output != "json" {
				return fmt.Errorf("-o %s: there is -o text and -o json", a.output)
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
	flags.StringVarP(&a.node, "node", "n", "", "the `NODE` to attach to; not needed where only one runs")
	flags.StringVarP(&a.output, "output", "o", "text", "text or json")
	root.AddCommand(
		newVersion(a),
	)
	return root
}

// print writes a result as -o wants it.
func (a *app) print(text string, value any) error {
	if a.output == "json" {
		encoder := json.NewEncoder(a.out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(value)
	}
	_, err := fmt.Fprintln(a.out, strings.TrimRight(text, "\n"))
	return err
}
