package main

import (
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

//go:embed erlang/*.erl
var erlangSources embed.FS

func erlangSubject() subject {
	return subject{
		name: "Erlang/OTP",
		how:  "gen_servers that trap exits under two supervisors, in an application; the shell's logger; processes of at most 128 MB",
		prepare: func(folder string) error {
			if _, err := exec.LookPath("erlc"); err != nil {
				return fmt.Errorf("%w: erl and erlc are not there (Debian: apt-get install erlang-base)", errAbsent)
			}
			for _, name := range []string{"survival.erl", "survival_worker.erl"} {
				source, err := erlangSources.ReadFile("erlang/" + name)
				if err != nil {
					return err
				}
				path := filepath.Join(folder, name)
				if err := os.WriteFile(path, source, 0o600); err != nil {
					return err
				}
				if out, err := exec.Command("erlc", "-o", folder, path).CombinedOutput(); err != nil {
					return fmt.Errorf("erlc %s: %w: %s", name, err, out)
				}
			}
			return nil
		},
		command: func(folder string) []string {
			return []string{"erl", "+hmax", "16000000", "+hmaxk", "true", "-noshell", "-env", "ERL_CRASH_DUMP_SECONDS", "0", "-pa", folder, "-s", "survival", "run"}
		},
		without: []string{"error", "lock", "left-locked", "map", "heed"},
	}
}
