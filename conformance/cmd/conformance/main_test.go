package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// These run on the real clock, as the command does.
func TestCommand(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	const script = "worker a\nstart a\ncall a {delay,20,x}\n"
	const trace = "> start a\ninit a#1\n= ok a#1\n> call a {delay,20,x}\n= x\n"
	good := write("good.scn", script+"---\n"+trace)
	bad := write("bad.scn", script+"---\n"+strings.Replace(trace, "= x", "= y", 1))
	wrongFile := write("wrong.scn.txt", "worker a\nstart b\n")
	skipped := filepath.Join("..", "..", "cases", "genserver", "fake_parent_exit_message.scn")

	for _, test := range []struct {
		name           string
		args           []string
		status         int
		stdout, stderr string
	}{
		{"prints", []string{good}, 0, "== " + good + "\n" + trace, ""},
		{"checks", []string{"-check", good}, 0, "1 passed, 0 failed, 0 skipped\n", ""},
		{"checks often", []string{"-check", "-jitter", "-runs", "3", "-jobs", "2", good, good}, 0, "2 passed, 0 failed, 0 skipped\n", ""},
		{"differs", []string{"-check", dir}, 1,
			bad + ": differs at trace line 5 (step: > call a {delay,20,x})\n  expected: = y\n  got: = x\n1 passed, 1 failed, 0 skipped\n", ""},
		{"skips", []string{"-check", skipped}, 0, "0 passed, 0 failed, 1 skipped\n", ""},
		{"wrong file", []string{"-check", good, wrongFile}, 2, "", wrongFile + ":2: b is not defined\n"},
		{"no such file", []string{filepath.Join(dir, "none.scn")}, 2, "", "none.scn"},
		{"no arguments", nil, 2, "", "usage: conformance"},
		{"unknown flag", []string{"-bless", good}, 2, "", "usage: conformance"},
		{"no runs", []string{"-runs", "0", good}, 2, "", "usage: conformance"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr strings.Builder
			status := run(test.args, &stdout, &stderr)
			if status != test.status {
				t.Errorf("exit status %d, want %d", status, test.status)
			}
			if out := stdout.String(); !strings.HasSuffix(out, test.stdout) || test.stdout == "" && out != "" {
				t.Errorf("it prints\n%s\nwant\n%s", out, test.stdout)
			}
			if out := stderr.String(); !strings.Contains(out, test.stderr) || test.stderr == "" && out != "" {
				t.Errorf("its errors are\n%s\nwant\n%s", out, test.stderr)
			}
		})
	}
}
