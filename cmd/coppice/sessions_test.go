package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The scripts in testdata/session are sessions in the shell with the examples of
// the module. Beside the commands of testscript they have
//
//	status N PROGRAM …   the exit status is N
//	serve EXAMPLE        run an example with -serve
//	end EXAMPLE          end it as Ctrl-C does, in order
func TestSessions(t *testing.T) {
	bin := buildExamples(t)
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/session",
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			runtime, err := os.MkdirTemp("", "cli") // its path is short enough for a socket
			env.Defer(func() { _ = os.RemoveAll(runtime) })
			env.Setenv("XDG_RUNTIME_DIR", runtime)
			env.Setenv("EXAMPLES", bin)
			env.Values["served"] = map[string]*exec.Cmd{}
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status,
			"serve":  serveExample,
			"end":    endExample,
		},
	})
}

// buildExamples builds the examples that have -serve.
func buildExamples(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	build := exec.Command("go", "build", "-o", bin, "./examples/cache", "./examples/football", "./examples/mysupervisor")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bin
}

// serveExample runs an example, and goes on when it has said how to attach.
func serveExample(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: serve EXAMPLE")
	}
	cmd := exec.Command(filepath.Join(ts.Getenv("EXAMPLES"), args[0]), "-serve")
	cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+ts.Getenv("XDG_RUNTIME_DIR"))
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = cmd.Process.Kill() // as a rule it has ended
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	ts.Check(err)
	if !strings.Contains(line, "coppice shell "+args[0]) {
		ts.Fatalf("%s does not say how to attach: %s", args[0], line)
	}
	ts.Value("served").(map[string]*exec.Cmd)[args[0]] = cmd
}

// endExample interrupts an example, and waits for its end.
func endExample(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: end EXAMPLE")
	}
	cmd := ts.Value("served").(map[string]*exec.Cmd)[args[0]]
	if cmd == nil {
		ts.Fatalf("%s is not served", args[0])
	}
	ts.Check(cmd.Process.Signal(os.Interrupt))
	if err := cmd.Wait(); err != nil {
		ts.Fatalf("%s: %v", args[0], err)
	}
}
