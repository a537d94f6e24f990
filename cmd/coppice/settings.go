package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-7832d3a3/coppice/shell"
)

// The settings are what a user wants always: a file of lines that are
//
//	# a remark
//	node = shop
//	alias goal = cast match_123 Event
type settings struct {
	file    string // "": there is none
	node    string // that -n names if it is not given
	aliases []setAlias
}

type setAlias struct {
	line       int
	name, text string
}

const settingsHelp = `What you want always stands in $XDG_CONFIG_HOME/coppice/coppicerc, that is
~/.config/coppice/coppicerc, or if there is none in ~/.coppicerc:
  node = shop                          the node, where -n names none
  alias goal = cast match_123 Event    for the shell: goal home_goal`

// settingsFiles are where the settings can be; the first that is there counts.
func settingsFiles() (files []string) {
	home, err := os.UserHomeDir()
	if config := os.Getenv("XDG_CONFIG_HOME"); filepath.IsAbs(config) {
		files = append(files, filepath.Join(config, "coppice", "coppicerc"))
	} else if err == nil {
		files = append(files, filepath.Join(home, ".config", "coppice", "coppicerc"))
	}
	if err == nil {
		files = append(files, filepath.Join(home, ".coppicerc"))
	}
	return files
}

// readSettings reads the first of the files that is there. What is wrong in it is
// left out, and told with the file and the line.
func readSettings(files []string) (settings, error) {
	for _, file := range files {
		text, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return settings{}, err
		}
		return parseSettings(file, string(text))
	}
	return settings{}, nil
}

func parseSettings(file, text string) (settings, error) {
	s := settings{file: file}
	var wrong []error
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := s.set(n, line); err != nil {
			wrong = append(wrong, s.wrong(n, err))
		}
	}
	return s, errors.Join(wrong...)
}

func (s *settings) wrong(line int, err error) error {
	return fmt.Errorf("%s:%d: %w", s.file, line, err)
}

// set takes one line.
func (s *settings) set(n int, line string) error {
	if definition, ok := strings.CutPrefix(line, "alias "); ok {
		name, text, err := shell.ParseAlias(definition)
		if err == nil {
			s.aliases = append(s.aliases, setAlias{n, name, text})
		}
		return err
	}
	key, value, found := strings.Cut(line, "=")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	switch {
	case key != "node":
		return fmt.Errorf("there is no setting %q; there is: node = NAME, alias NAME = TEXT", clean(key))
	case !found || value == "":
		return errors.New("the node has no name: node = NAME")
	}
	s.node = value
	return nil
}

// settings reads the settings once. What is wrong in them is told, and stops
// nobody.
func (a *app) settings() settings {
	if a.set == nil {
		s, err := readSettings(settingsFiles())
		if err != nil {
			_, _ = fmt.Fprintf(a.err, "coppice: %v\n", err)
		}
		a.set = &s
	}
	return *a.set
}

// alias gives a session the aliases of the user.
func (s *settings) alias(session *shell.Session) error {
	var wrong []error
	for _, a := range s.aliases {
		if err := session.Alias(a.name, a.text); err != nil {
			wrong = append(wrong, s.wrong(a.line, err))
		}
	}
	return errors.Join(wrong...)
}
