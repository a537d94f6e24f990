package program_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/program"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// asProgram, if it is set, has this binary be a program instead of its tests.
const asProgram = "COPPICE_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if kind := os.Getenv(asProgram); kind != "" {
		os.Exit(realMain(kind))
	}
	os.Exit(m.Run())
}

// realMain is the main function of a program with a child that ends as it should,
// never ("hangs"), or at once ("crashes").
func realMain(kind string) int {
	node := coppice.NewNode(coppice.Options{Logger: discard})
	top := tree(supervisor.ChildSpec{ID: "a", Shutdown: supervisor.Infinity, Start: supervisor.Body(func(p *coppice.Process) error {
		fmt.Println("ready")
		switch kind {
		case "hangs":
			context.AfterFunc(p, func() { fmt.Println("told") })
			foreignCode(nil)
		case "crashes":
			panic("oh")
		}
		<-p.Done()
		fmt.Println("cleans up")
		return context.Cause(p)
	})})
	err := program.Run(node, top, program.Options{})
	if err != nil {
		fmt.Println(err)
	}
	return program.ExitStatus(err)
}

// A real program gets real signals, says why it does not end, and its status
// tells what became of it.
func TestRealProgram(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no signals to send to another process")
	}
	for _, row := range []struct {
		kind    string
		signals int
		status  int
		stdout  string // its last line
		stderr  []string
	}{
		{"clean", 1, 0, "cleans up", []string{"terminated: stopping within 25s"}},
		{"hangs", 3, 3, "top › a <0.2.0> (the code of 1 still runs)", []string{"still stopping", "cut off after", "foreignCode("}},
		{"crashes", 0, 1, "program: its top has given up: shutdown", []string{"given up: shutdown: stopping"}},
	} {
		t.Run(row.kind, func(t *testing.T) {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), asProgram+"="+row.kind)
			stdout, stderr := converse(t, cmd, row.signals)
			if got := cmd.ProcessState.ExitCode(); got != row.status {
				t.Errorf("exit status %d, want %d", got, row.status)
			}
			if !strings.HasSuffix(strings.TrimSpace(stdout), row.stdout) {
				t.Errorf("it ended with %q, want %q", stdout, row.stdout)
			}
			for _, part := range row.stderr {
				if !strings.Contains(stderr, part) {
					t.Errorf("it did not say %q but\n%s", part, stderr)
				}
			}
		})
	}
}

// converse runs a program, sends it signals once it is ready, each when it has
// said something to the last one, and the second one when its child has been told
// to end. It returns what the program has written.
func converse(t *testing.T, cmd *exec.Cmd, signals int) (stdout, stderr string) {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	errOut, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	lines, heard := bufio.NewReader(out), bufio.NewReader(errOut)
	if line, err := lines.ReadString('\n'); line != "ready\n" {
		t.Fatalf("it began with %q, %v", line, err)
	}
	var said strings.Builder
	for i := range signals {
		if i == 1 {
			if line, err := lines.ReadString('\n'); line != "told\n" {
				t.Fatalf("it went on with %q, %v", line, err)
			}
		}
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		line, err := heard.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		said.WriteString(line)
		rest, _ := heard.Peek(heard.Buffered())
		said.Write(rest)
		heard.Discard(len(rest))
	}
	rest, _ := io.ReadAll(heard)
	said.Write(rest)
	all, _ := io.ReadAll(lines)
	cmd.Wait()
	return string(all), said.String()
}
