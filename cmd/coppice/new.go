package main

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/spf13/cobra"
)

//go:embed template
var templates embed.FS

const core = "github.com/seed-7832d3a3/coppice"

// A project is what new writes, as its templates see it.
type project struct {
	Name    string // of the program and its node
	Module  string
	Version string // of this library
	Replace string // where this library is, if it is not to be downloaded
}

// newNew makes the command that writes a program to begin from.
func newNew(a *app) *cobra.Command {
	p := project{}
	cmd := &cobra.Command{
		Use:   "new NAME",
		Short: "write a small program to begin from",
		Long: `new writes a small program with its test into a new folder: a server under a
supervisor, HTTP in front, the observer and the control socket. It runs, and its
test passes, at once. NAME may be a path; the program is called as its last part.`,
		Example: "  coppice new visits && cd visits && go test ./... && go run .",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := filepath.Clean(args[0])
			if err := p.complete(dir); err != nil {
				return err
			}
			files, err := p.write(dir)
			if err != nil {
				return err
			}
			text := fmt.Sprintf("wrote %s\nnext: cd %s && go test ./... && go run .", strings.Join(files, ", "), dir)
			return a.print(text, map[string]any{"name": p.Name, "module": p.Module, "folder": dir, "files": files})
		},
	}
	cmd.Flags().StringVar(&p.Module, "module", "", "the `PATH` of its module; NAME if empty")
	cmd.Flags().StringVar(&p.Replace, "replace", "", "use the library in this `FOLDER` and download none")
	return cmd
}

var programName = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)

// taken are the names that no module can have, since Go looks for them among its
// own packages.
const taken = `archive arena bufio builtin bytes cmd cmp compress container context crypto database debug embed encoding
	errors expvar flag fmt go hash html image index internal io iter log maps math mime net os path plugin reflect regexp
	runtime simd slices sort std strconv strings structs sync syscall testing text time unicode unique unsafe vendor weak`

// complete checks what was asked for, and finds what was not said.
func (p *project) complete(dir string) error {
	p.Name = filepath.Base(dir)
	if !programName.MatchString(p.Name) {
		return fmt.Errorf("%q is no name for a program: small letters, digits, _ and -, a letter first", p.Name)
	}
	if p.Module == "" {
		if slices.Contains(strings.Fields(taken), p.Name) {
			return fmt.Errorf("%s is the name of a package of Go itself: take another, or say which module it is, as with --module example.com/%s", p.Name, p.Name)
		}
		p.Module = p.Name
	}
	full, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if work := above(filepath.Dir(full), "go.work", ""); work != "" {
		return fmt.Errorf("%s is inside the workspace of %s, which does not list it: write it elsewhere, as with coppice new %s",
			dir, filepath.Join(work, "go.work"), filepath.Join(filepath.Dir(work), p.Name))
	}
	if p.Version = version(); p.Version == "" && p.Replace == "" {
		p.Replace = checkout()
	}
	switch {
	case p.Version == "" && p.Replace == "":
		return fmt.Errorf("this program was built without a version of the library: say where it is with --replace FOLDER")
	case p.Version == "":
		p.Version = "v0.0.0"
	}
	if p.Replace == "" {
		return nil
	}
	if p.Replace, err = filepath.Abs(p.Replace); err != nil {
		return err
	}
	if above(p.Replace, "go.mod", core) != p.Replace {
		return fmt.Errorf("--replace %s: the library is not there: want the folder with the go.mod of %s", p.Replace, core)
	}
	if strings.ContainsAny(p.Replace, " \t\"'`") {
		p.Replace = strconv.Quote(p.Replace)
	}
	return nil
}

// above is the nearest folder from dir upwards with a file of this name, which
// is that of the module if one is given; empty if there is none.
func above(dir, name, module string) string {
	for {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil && (module == "" || strings.HasPrefix(string(text), "module "+module+"\n")) {
			return dir
		}
		if dir == filepath.Dir(dir) { // / or .
			return ""
		}
		dir = filepath.Dir(dir)
	}
}

// version is that of the library in this program, if it has been released.
func version() string {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range build.Deps {
		if m.Path == core && m.Replace == nil && m.Version != "(devel)" && !strings.HasPrefix(m.Version, "v0.0.0") {
			return m.Version
		}
	}
	return ""
}

// checkout is where the library's source is: where this program runs, or where
// it was built.
func checkout() string {
	dir, _ := os.Getwd()
	_, built, _, _ := runtime.Caller(0)
	return cmp.Or(above(dir, "go.mod", core), above(filepath.Dir(built), "go.mod", core))
}

// write writes the files into a new folder. If that goes wrong nothing stays.
func (p *project) write(dir string) (files []string, err error) {
	info, err := os.Stat(dir)
	made := errors.Is(err, fs.ErrNotExist)
	if err == nil && !info.IsDir() {
		return nil, fmt.Errorf("%s is there, and is a file: take another name, or remove it", dir)
	}
	if found, err := os.ReadDir(dir); err == nil && len(found) > 0 {
		return nil, fmt.Errorf("%s is there, and is not empty: take another name, or remove it", dir)
	} else if err != nil && !made {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil && made {
			_ = os.RemoveAll(dir)
		}
	}()
	all, err := template.ParseFS(templates, "template/*.tmpl")
	if err != nil {
		return nil, err
	}
	for _, t := range all.Templates() {
		var text bytes.Buffer
		if err := t.Execute(&text, p); err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(t.Name(), ".tmpl")
		if err := os.WriteFile(filepath.Join(dir, name), text.Bytes(), 0o644); err != nil {
			return nil, err
		}
		files = append(files, filepath.Join(dir, name))
	}
	slices.Sort(files)
	return files, nil
}
