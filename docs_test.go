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
