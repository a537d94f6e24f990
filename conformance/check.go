package conformance

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Difference is the first line in which two traces differ.
type Difference struct {
	Line          int    // of the trace, from 1
	Step          string // the script's line of the block, as far as got has one
	Expected, Got string // endOfTrace where a trace has no such line
}

// endOfTrace stands for the line behind the last one.
const endOfTrace = "(end of trace)"

// Compare gives the first difference of two traces, or nil.
func Compare(expected, got []string) *Difference {
	at := 0
	for at < len(expected) && at < len(got) && expected[at] == got[at] {
		at++
	}
	if at == len(expected) && at == len(got) {
		return nil
	}
	d := &Difference{Line: at + 1, Expected: lineAt(expected, at), Got: lineAt(got, at)}
	for _, line := range slices.Backward(got[:min(at+1, len(got))]) {
		if strings.HasPrefix(line, "> ") {
			d.Step = line
			break
		}
	}
	return d
}

func lineAt(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return endOfTrace
}

func (d *Difference) String() string {
	return fmt.Sprintf("differs at trace line %d (step: %s)\n  expected: %s\n  got: %s", d.Line, d.Step, d.Expected, d.Got)
}

// Files gives the scenario files that the paths stand for: a directory stands
// for all *.scn below it in the order of their paths, anything else for itself.
// Entries that begin with a dot are passed over, but not the paths themselves.
func Files(paths ...string) ([]string, error) {
	var files []string
	for _, path := range paths {
		if info, err := os.Stat(path); err != nil || !info.IsDir() {
			files = append(files, path)
			continue
		}
		below, err := filesBelow(path)
		if err != nil {
			return nil, err
		}
		files = append(files, below...)
	}
	return files, nil
}

func filesBelow(dir string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path != dir && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
		case !entry.IsDir() && filepath.Ext(path) == ".scn":
			files = append(files, path)
		}
		return nil
	})
	slices.Sort(files)
	return files, err
}
