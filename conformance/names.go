package conformance

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// checkNames looks for names that a definition or a step refers to and that
// nothing defines. It gives the line of the first one.
func (s *Scenario) checkNames() (line int, err error) {
	defs := slices.SortedFunc(maps.Values(s.Defs), func(a, b *Def) int { return cmp.Compare(a.Line, b.Line) })
	for _, d := range defs {
		if err := s.checkDef(d); err != nil {
			return d.Line, err
		}
	}
	labels := s.labels()
	for _, block := range s.Blocks {
		for i := range block {
			if err := s.checkStep(&block[i], labels); err != nil {
				return block[i].Line, err
			}
		}
	}
	return 0, nil
}

func (s *Scenario) checkDef(d *Def) error {
	children := d.Children
	for _, name := range []string{d.Template, d.Child} {
		if name != "" {
			children = append(slices.Clip(children), name)
		}
	}
	for _, child := range children {
		if s.Defs[child] == nil {
			return fmt.Errorf("%s has the undefined child %s", d.Name, child)
		}
	}
	if reg := definition(d.Via); d.Via != "" && s.Defs[reg] == nil {
		return fmt.Errorf("%s has the undefined registry %s", d.Name, reg)
	}
	return nil
}

// labels are the names that the steps give to tasks, monitors and timers. A
// stream names the task of each body by its number.
func (s *Scenario) labels() map[string]bool {
	labels := map[string]bool{}
	for _, block := range s.Blocks {
		for _, step := range block {
			if i := verbs[step.Verb].makes; i > 0 {
				labels[step.Args[i-1]] = true
			}
			if step.As != "" {
				labels[step.As] = true
			}
			if step.Verb == "stream" {
				for i := range step.Args {
					labels[step.streamPrefix()+strconv.Itoa(i+1)] = true
				}
			}
		}
	}
	return labels
}

// streamPrefix is what the names of the tasks of a stream begin with.
func (s *Step) streamPrefix() string {
	if prefix, ok := s.Options["names"]; ok {
		return prefix
	}
	return "i"
}

func (s *Scenario) checkStep(step *Step, labels map[string]bool) error {
	v := verbs[step.Verb]
	if v.uses {
		for label := range strings.SplitSeq(step.Args[0], ",") {
			if base, _, _ := strings.Cut(label, "#"); !labels[base] {
				return fmt.Errorf("no task, monitor or timer is called %s", label)
			}
		}
	}
	known := func(name string) bool {
		base := definition(name)
		return strings.HasPrefix(name, "@") || s.Defs[base] != nil || labels[base] || base == "driver" || base == "self"
	}
	if step.By != "" && !known(step.By) {
		return fmt.Errorf("%s is not defined", step.By)
	}
	if v.known && !known(step.Args[0]) {
		return fmt.Errorf("%s is not defined", step.Args[0])
	}
	for _, i := range v.names {
		if s.Defs[step.Args[i]] == nil {
			return fmt.Errorf("%s is not defined", step.Args[i])
		}
	}
	return s.checkEntries(step, v)
}

// checkEntries checks that the part in front of : in reg:key is a definition,
// where the rule about known names does not.
func (s *Scenario) checkEntries(step *Step, v verb) error {
	for _, i := range v.targets {
		if i >= len(step.Args) {
			continue
		}
		if t, err := parseTarget(step.Args[i]); err == nil && t.form == byEntry && s.Defs[t.name] == nil {
			return fmt.Errorf("%s is not defined", step.Args[i])
		}
	}
	return nil
}
