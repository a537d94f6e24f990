package conformance

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"unicode"
)

// ParseFile reads and parses a scenario file.
func ParseFile(file string) (*Scenario, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return Parse(file, string(text))
}

// Parse parses the text of a scenario. Every error is a [*SyntaxError].
func Parse(file, text string) (*Scenario, error) {
	p := parser{scenario: &Scenario{File: file, Defs: map[string]*Def{}}}
	for i, line := range strings.Split(text, "\n") {
		if isSeparator(line) {
			p.scenario.Expected = expectedPart(text, i)
			break
		}
		if err := p.line(strings.TrimSpace(line), i+1); err != nil {
			return nil, p.at(i+1, err)
		}
	}
	if n := len(p.open); n > 0 {
		return nil, p.at(p.open[n-1].Line, errors.New("the last step must not begin with the flag !, as the block has no end"))
	}
	if line, err := p.scenario.checkNames(); err != nil {
		return nil, p.at(line, err)
	}
	return p.scenario, nil
}

// separator is what the expected trace comes behind, at the beginning of a line.
const separator = "---"

func isSeparator(line string) bool { return strings.HasPrefix(line, separator) }

// fields parts a line at white space, but for that which does not break.
func fields(line string) []string { return strings.FieldsFunc(line, breaks) }

func breaks(r rune) bool { return unicode.IsSpace(r) && !strings.ContainsRune("\u00a0\u2007\u202f", r) }

// expectedPart is the trace behind the separator in the given line, or nil.
func expectedPart(text string, at int) []string {
	lines := strings.Split(text, "\n")[at:]
	if lines[0] = strings.TrimLeft(lines[0][len(separator):], " \t\r"); lines[0] == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	if len(lines) == 0 {
		return nil
	}
	return lines
}

// A parser collects the lines of a script.
type parser struct {
	scenario *Scenario
	open     []Step // the steps of the block that has not ended yet
}

func (p *parser) at(line int, err error) error {
	return &SyntaxError{File: p.scenario.File, Line: line, What: err.Error()}
}

func (p *parser) line(text string, no int) error {
	if text == "" || text[0] == '#' {
		return nil
	}
	s := p.scenario
	words := fields(text)
	switch first, rest := words[0], words[1:]; {
	case attributes[Kind(first)] != nil:
		return p.define(Kind(first), rest, no)
	case first == "option":
		s.Options = append(s.Options, rest...)
	case first == "unordered":
		for _, names := range rest {
			s.Unordered = append(s.Unordered, strings.Split(names, ",")...)
		}
	default:
		step, err := parseStep(words)
		if err != nil {
			return err
		}
		step.Text, step.Line = text, no
		p.open = append(p.open, step)
		if !step.Flags.NoSettle {
			s.Blocks = append(s.Blocks, p.open)
			p.open = nil
		}
	}
	return nil
}

func (p *parser) define(kind Kind, words []string, no int) error {
	if len(words) == 0 {
		return fmt.Errorf("%s needs a name", kind)
	}
	name := words[0]
	switch {
	case !isName(name):
		return fmt.Errorf("bad name %q", name)
	case p.scenario.Defs[name] != nil:
		return fmt.Errorf("%s is defined twice", name)
	case name == "driver":
		return errors.New("driver is reserved")
	}
	d := &Def{Name: name, Kind: kind, Line: no}
	for _, attr := range words[1:] {
		if err := d.set(attr); err != nil {
			return err
		}
	}
	p.scenario.Defs[name] = d
	return nil
}

// isName tells whether the text can be the name of a definition: a lower case
// letter, then lower case letters, digits and underscores.
func isName(text string) bool {
	for i := range len(text) {
		c := text[i]
		if !('a' <= c && c <= 'z' || i > 0 && (isDigit(c) || c == '_')) {
			return false
		}
	}
	return text != ""
}
