package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// newVersion makes the command that tells of what this program is made.
func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "the version of this program",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			type version struct {
				Version  string `json:"version"`
				Revision string `json:"revision,omitempty"`
				Go       string `json:"go"`
			}
			v := version{Version: "(devel)", Go: runtime.Version()}
			if build, ok := debug.ReadBuildInfo(); ok {
				if build.Main.Version != "" {
					v.Version = build.Main.Version
				}
				for _, setting := range build.Settings {
					if setting.Key == "vcs.revision" {
						v.Revision = setting.Value
					}
				}
			}
			return a.print(fmt.Sprintf("coppice %s, %s", v.Version, v.Go), v)
		},
	}
}
