package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-7832d3a3/coppice/shell"
)

// What is wrong in the settings is told with its file and line, and what is right
// counts.
func TestSettings(t *testing.T) {
	s, err := parseSettings("/x/rc", `
# mine
node = shop
alias goal = cast match_123 Event
alias oops
nodes = x
node =
   alias eq = procs() | filter(.Name == "a")
alias call = cast cache
`)
	want := []setAlias{{4, "goal", "cast match_123 Event"}, {8, "eq", `procs() | filter(.Name == "a")`}, {9, "call", "cast cache"}}
	if s.node != "shop" || !slices.Equal(s.aliases, want) {
		t.Errorf("%+v", s)
	}
	told := "/x/rc:5: an alias is NAME = TEXT, for example: goal = cast match_123 Event\n" +
		"/x/rc:6: there is no setting \"nodes\"; there is: node = NAME, alias NAME = TEXT\n" +
		"/x/rc:7: the node has no name: node = NAME"
	if err == nil || err.Error() != told {
		t.Errorf("got\n%v\nwant\n%s", err, told)
	}
	err = s.alias(shell.NewSession(nil))
	if err == nil || err.Error() != "/x/rc:9: call is a command, and cannot be an alias" {
		t.Errorf("%v", err)
	}
}

// The first file that is there counts.
func TestSettingsFiles(t *testing.T) {
	home, config := t.TempDir(), t.TempDir()
	t.Setenv("HOME", home)
	write := func(file, node string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("node = "+node+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ config, file, node string }{
		{"", "", ""},
		{"", filepath.Join(home, ".coppicerc"), "a"},
		{"", filepath.Join(home, ".config/coppice/coppicerc"), "b"},
		{"relative", "", "b"},
		{config, "", "a"},
		{config, filepath.Join(config, "coppice/coppicerc"), "c"},
	} {
		t.Setenv("XDG_CONFIG_HOME", c.config)
		if c.file != "" {
			write(c.file, c.node)
		}
		if s, err := readSettings(settingsFiles()); err != nil || s.node != c.node {
			t.Errorf("%+v: %q, %v", c, s.node, err)
		}
	}
	if _, err := readSettings([]string{home}); err == nil || !strings.Contains(err.Error(), home) {
		t.Errorf("a folder in its place: %v", err)
	}
}
