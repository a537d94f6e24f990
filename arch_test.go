package coppice_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/seed-7832d3a3/coppice"

// allowed is a statement of policy: which packages of the module each folder
// may import, tests left out. What is not listed may import nothing. Arrows
// point down only.
var allowed = map[string][]string{
	".":                {"internal/circle", "internal/mailbox", "internal/sched", "internal/show", "internal/signal"},
	"internal/circle":  {},
	"internal/cputime": {},
	"internal/faults":  {},
	"internal/mailbox": {},
	"internal/model":   {},
	"internal/restart": {},
	"internal/sched":   {},
	"internal/show":    {},
	"internal/signal":  {},
	"internal/running": {"."},
	"sys":              {".", "internal/show"},
	"genserver":        {".", "sys"},
	"statem":           {".", "genserver", "sys"},
	"agent":            {".", "genserver"},
	"registry":         {".", "genserver", "internal/running"},
	"supervisor":       {".", "genserver", "internal/restart", "internal/running"},
	"application":      {".", "genserver", "supervisor", "internal/running"},
	"httpserver":       {".", "genserver", "supervisor"},
	"program":          {".", "supervisor", "internal/show"},
	"pubsub":           {".", "genserver", "registry"},
	"task":             {".", "genserver", "supervisor"},
	"coppicetest":      {".", "genserver", "supervisor"},
	"inspect":          {".", "genserver", "registry", "supervisor", "sys", "internal/show", "internal/cputime"},
	"control":          {".", "genserver", "inspect", "supervisor", "sys", "internal/cputime"},
	"observer":         {".", "control"},
	"shell":            {"inspect"},

	"conformance":                 {".", "genserver", "supervisor", "task", "agent", "registry", "sys"},
	"conformance/cmd/conformance": {"conformance"},

	"observer/browser/shop":     {".", "genserver", "supervisor", "inspect", "observer"},
	"observer/browser/saturday": {".", "examples/saturday", "examples/saturday/page", "observer"},

	"soak": {".", "genserver", "supervisor", "registry", "task"},

	"examples/cache":         {".", "control", "inspect", "genserver", "program", "supervisor"},
	"examples/counter":       {".", "genserver", "supervisor"},
	"examples/football":      {".", "control", "inspect", "genserver", "program", "supervisor", "examples/football/feed"},
	"examples/football/feed": {},
	"examples/saturday":      {".", "genserver", "supervisor", "examples/football/feed"},
	"examples/saturday/page": {".", "examples/saturday", "observer"},
	"examples/shop":          {".", "genserver", "supervisor", "httpserver", "program", "examples/shop/fakedb"},
	"examples/shop/fakedb":   {},
	"examples/web":           {".", "genserver", "supervisor", "httpserver", "program"},
	"examples/mysupervisor":  {".", "control", "inspect", "genserver"}, // public primitives only, and control to be looked into
}

// pure are the packages that know no goroutine, clock, log or I/O, and what of
// the standard library they may import. time is there for its types.
var pure = map[string][]string{
	"internal/circle":  {},
	"internal/model":   {"fmt", "maps", "slices", "strconv", "strings"},
	"internal/restart": {"fmt", "iter", "maps", "slices", "time"},
	"internal/signal":  {},
}

func TestArchitecture(t *testing.T) {
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && file != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if d.IsDir() && file != "." {
			if _, err := os.Stat(filepath.Join(file, "go.mod")); err == nil {
				return fs.SkipDir // a module of its own
			}
		}
		if d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		folder := filepath.ToSlash(filepath.Dir(file))
		seen[folder] = true
		checkImports(t, folder, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for folder := range allowed {
		if !seen[folder] {
			t.Errorf("%s is in the list and has no Go file", folder)
		}
	}
}

func checkImports(t *testing.T, folder, file string) {
	t.Helper()
	may, known := allowed[folder]
	if !known {
		t.Errorf("%s: the folder is not in the list: say what it may import", file)
		return
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range parsed.Imports {
		imported := strings.Trim(spec.Path.Value, `"`)
		inside, ours := strings.CutPrefix(imported, module)
		switch {
		case ours && !slices.Contains(may, path.Clean("./"+inside)):
			t.Errorf("%s imports %s: %s may import %v", file, imported, folder, may)
		case !ours && strings.Contains(strings.Split(imported, "/")[0], "."):
			t.Errorf("%s imports %s: the module has no dependencies", file, imported)
		}
		if std, isPure := pure[folder]; isPure && !ours && !slices.Contains(std, imported) {
			t.Errorf("%s imports %s: the package is pure, and may import %v", file, imported, std)
		}
	}
}
