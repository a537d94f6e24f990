package main

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/seed-7832d3a3/coppice/control"
)

// newFlight makes the command that saves a flight record.
func newFlight(a *app) *cobra.Command {
	crash := ""
	cmd := &cobra.Command{
		Use:   "flight FILE",
		Short: "save what the program did in the last seconds, for go tool trace",
		Long: `flight saves what goroutines of the program did, and when, in the last seconds:
what the flight recorder of Go has, if inspect.Of(node).RecordFlight in the
program has switched it on. With --crash it is that of the seconds before a
crash, of which the last three are kept. go tool trace FILE shows it.`,
		Example: "  coppice flight now.trace && go tool trace now.trace\n  coppice flight crash.trace --crash last",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			data, err := ask(a, func(ctx context.Context, c *control.Client) ([]byte, error) {
				id, err := uint64(0), error(nil)
				if crash != "" {
					id, err = crashID(ctx, c, crash)
				}
				var data bytes.Buffer
				if err == nil {
					err = c.Flight(ctx, id, &data)
				}
				return data.Bytes(), err
			})
			if err != nil {
				return err
			}
			if err := os.WriteFile(args[0], data, 0o600); err != nil {
				return err
			}
			return a.print(fmt.Sprintf("%s: %d bytes; go tool trace %s shows them", args[0], len(data), args[0]), map[string]any{"file": args[0], "bytes": len(data)})
		},
	}
	cmd.Flags().StringVar(&crash, "crash", "", "the `ID` of a crash report, or last: the seconds before it")
	_ = cmd.RegisterFlagCompletionFunc("crash", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return a.completeCrash(), cobra.ShellCompDirectiveNoFileComp
	})
	return cmd
}
