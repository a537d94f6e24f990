package coppice_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every test that the guarantees name exists.
func TestGuaranteesNameTests(t *testing.T) {
	text, err := os.ReadFile("docs/guarantees.md")
	if err != nil {
		t.Fatal(err)
	}
	folders := map[string]string{
		"": ".", "signal": "internal/signal", "restart": "internal/restart", "sched": "internal/sched",
		"circle": "internal/circle", "show": "internal/show", "faults": "internal/faults", "model": "internal/model", "shop": "examples/shop",
		"cli": "cmd/coppice",
	}
	found := regexp.MustCompile("`(?:([a-z]+)\\.)?(Test[A-Za-z0-9_]+)`").FindAllStringSubmatch(string(text), -1)
	if len(found) == 0 {
		t.Fatal("docs/guarantees.md names no test")
	}
	sources := map[string]string{}
	for _, m := range found {
		pkg, name := m[1], m[2]
		folder, ok := folders[pkg]
		if !ok {
			folder = pkg
		}
		if _, read := sources[folder]; !read {
			sources[folder] = testSources(t, folder)
		}
		if !strings.Contains(sources[folder], "func "+name+"(") {
			t.Errorf("docs/guarantees.md names %s, and %s has no such test", name, folder)
		}
	}
}

// Every public function of OTP and Elixir that is about processes has a row in
// the section of its module.
func TestTermsAreComplete(t *testing.T) {
	page, err := os.ReadFile("docs/otp-terms.md")
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile("testdata/otp-functions.txt")
	if err != nil {
		t.Fatal(err)
	}
	sections := strings.Split(string(page), "\n## ")[1:]
	for line := range strings.Lines(string(list)) {
		module, functions, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		var rows string
		for _, section := range sections {
			title, body, _ := strings.Cut(section, "\n")
			if strings.Contains(title, "`"+module+"`") {
				rows += leftSides(body)
			}
		}
		for _, function := range strings.Fields(functions) {
			found := regexp.MustCompile("(^|[^a-z_])" + regexp.QuoteMeta(function) + "($|[^a-z_!?])")
			if !found.MatchString(rows) {
				t.Errorf("docs/otp-terms.md has no row for %s.%s", module, function)
			}
		}
	}
}

// leftSides returns the first cells of the tables in a text.
func leftSides(text string) string {
	var all strings.Builder
	for line := range strings.Lines(text) {
		if cells := strings.Split(line, "|"); len(cells) > 2 {
			all.WriteString(cells[1])
		}
	}
	return all.String()
}

// Every line of Go in the guides is a line of examples/guides, which compiles
// and runs.
func TestGuidesRun(t *testing.T) {
	code := map[string]bool{}
	for line := range strings.Lines(testSources(t, "examples/guides")) {
		code[oneSpace(line)] = true
	}
	snippets := regexp.MustCompile("(?s)```go\n(.*?)```")
	for _, guide := range []string{"docs/guide-go.md", "docs/guide-elixir.md"} {
		text, err := os.ReadFile(guide)
		if err != nil {
			t.Fatal(err)
		}
		found := snippets.FindAllStringSubmatch(string(text), -1)
		if len(found) == 0 {
			t.Errorf("%s has no code", guide)
		}
		for _, snippet := range found {
			for line := range strings.Lines(snippet[1]) {
				if line = oneSpace(line); line != "" && !code[line] {
					t.Errorf("%s has a line that is not in examples/guides: %s", guide, line)
				}
			}
		}
	}
}

// oneSpace makes one space of each run of white space.
func oneSpace(line string) string { return strings.Join(strings.Fields(line), " ") }

func testSources(t *testing.T, folder string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}
