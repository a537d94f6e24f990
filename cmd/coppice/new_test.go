package main

import (
	"bufio"
	"bytes"
	"go/format"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// command runs a command line.
func command(args ...string) (status int, out, errs string) {
	var o, e bytes.Buffer
	status = run(args, strings.NewReader(""), &o, &e)
	return status, o.String(), e.String()
}

// What new writes is formatted, passes its test and runs, for less than a
// minute of work; the observer and the command line look into it; and it stops
// when it is told to.
func TestNew(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "visits")
	repository, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if status, out, errs := command("new", dir, "--replace", repository); status != exitOK || !strings.Contains(out, "next: cd "+dir+" && go test") {
		t.Fatalf("%d %s%s", status, out, errs)
	}
	for _, file := range []string{"main.go", "main_test.go"} {
		text, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		if formatted, err := format.Source(text); err != nil || !bytes.Equal(formatted, text) {
			t.Errorf("%s is not formatted: %v", file, err)
		}
	}
	var work time.Duration // of processors, whatever else the machine does, once Go's own packages are built
	for i, line := range []string{"go vet ./...", "go test ./...", "go build -o visits ."} {
		cmd := inFolder(dir, strings.Fields(line)...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
		if i > 0 {
			work += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		}
	}
	if work > time.Minute {
		t.Errorf("until it can run it takes %v of work", work)
	}
	runtime := sockets(t) // not before, as it takes Go's cache away
	program := inFolder(dir, "./visits", "-addr", "127.0.0.1:0")
	program.Env = append(program.Env, "XDG_RUNTIME_DIR="+runtime)
	program.Stderr = os.Stderr
	stdout, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	defer program.Process.Kill()
	hello, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	urls := regexp.MustCompile(`http://[^ ]+`).FindAllString(hello, -1)
	if len(urls) != 2 {
		t.Fatalf("it said %q", hello)
	}
	for url, want := range map[string]string{urls[0]: "1\n", strings.TrimSuffix(urls[1], ","): "<!doctype html>"} {
		if body := fetch(t, url); !strings.HasPrefix(strings.ToLower(body), want) {
			t.Errorf("%s: %.80q, want %q", url, body, want)
		}
	}
	if status, out, errs := command("-n", "visits", "tree"); status != exitOK || !strings.Contains(out, "page/tea") {
		t.Errorf("%d %s%s", status, out, errs)
	}
	if err := program.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := program.Wait(); err != nil {
		t.Errorf("after an interrupt: %v", err)
	}
}

// inFolder is a command in a folder that no workspace covers.
func inFolder(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPROXY=off")
	return cmd
}

func fetch(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v %s", url, err, response.Status)
	}
	return string(body)
}

func TestNewRefuses(t *testing.T) {
	repository, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	full := filepath.Join(dir, "full")
	if err := os.MkdirAll(filepath.Join(full, "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"is no name for a program":         {filepath.Join(dir, "Visits!")},
		"is there, and is not empty":       {full, "--replace", repository},
		"is there, and is a file":          {file, "--replace", repository},
		"as with --module example.com/fmt": {filepath.Join(dir, "fmt")},
		"the library is not there":         {filepath.Join(dir, "a"), "--replace", dir},
		"is inside the workspace of":       {"visits"},
		"accepts 1 arg":                    {},
		`unknown flag: --modul`:            {"a", "--modul", "x"},
	} {
		status, _, errs := command(append([]string{"new"}, args...)...)
		if status == exitOK || !strings.Contains(errs, want) {
			t.Errorf("new %v: %d %q, want %q", args, status, errs, want)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "a")); err == nil {
		t.Error("a folder was left behind")
	}
}

// No name that Go keeps for itself is missing in our list.
func TestTakenNames(t *testing.T) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages, err := os.ReadDir(filepath.Join(strings.TrimSpace(string(root)), "src"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packages {
		if p.IsDir() && !slices.Contains(strings.Fields(taken), p.Name()) && p.Name() != "testdata" {
			t.Errorf("%s is not in the list", p.Name())
		}
	}
}

// Built from a checkout it finds the library there, wherever it runs.
func TestNewElsewhere(t *testing.T) {
	t.Chdir(t.TempDir())
	status, out, errs := command("new", "visits", "--module", "example.com/fmt")
	if status != exitOK || !strings.HasPrefix(out, "wrote visits") {
		t.Fatalf("%d %s%s", status, out, errs)
	}
	text, err := os.ReadFile("visits/go.mod")
	if err != nil || !strings.HasPrefix(string(text), "module example.com/fmt\n") || !strings.Contains(string(text), "replace "+core) {
		t.Errorf("%v, go.mod is\n%s", err, text)
	}
}
