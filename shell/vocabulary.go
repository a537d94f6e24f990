package shell

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// A vocabulary is what a line can begin with.
type vocabulary struct {
	commands []*command // in the order of help
	aliases  map[string]string
}

func (v *vocabulary) command(name string) (*command, bool) {
	i := slices.IndexFunc(v.commands, func(c *command) bool { return c.name == name })
	if i < 0 {
		return nil, false
	}
	return v.commands[i], true
}

// names are those of the commands and aliases.
func (v *vocabulary) names() (names []string) {
	for _, c := range v.commands {
		names = append(names, c.name)
	}
	return append(names, slices.Sorted(maps.Keys(v.aliases))...)
}

// taken says what a name is already, or "".
func (v *vocabulary) taken(name string) string {
	if _, ok := v.command(name); ok {
		return "a command"
	}
	if _, ok := v.aliases[name]; ok {
		return "an alias"
	}
	switch {
	case isResult(name):
		return "the result of an earlier line"
	case slices.Contains(keywords, name):
		return "a word of the language"
	}
	return ""
}

// meant is what to try in place of a command that there is not.
func (v *vocabulary) meant(name string) string {
	if instead := wish(name); instead != "" {
		return instead
	}
	return meant(name, v.names(), "there is")
}

// wish answers who looks for what other shells have.
func wish(name string) string {
	switch strings.TrimRight(name, "!") {
	case "break", "breaks", "pry", "whereami", "continue":
		return "not possible in Go, where nothing halts one goroutine at a line:\n" +
			"trace WHO shows what a server gets, watch WHO .Field what changes in it,\n" +
			"and suspend WHO holds it so that you can look at its state"
	case "recompile", "reload", "load":
		return "not possible in Go: a program is what was compiled, and takes no code"
	case "replace_state":
		return "a state is changed by nobody but its server: send it a message with call or cast"
	case "observe", "observer":
		return "coppice observe, outside of here, serves the page of the node"
	case "h":
		return "help lists the commands"
	case "v":
		return "it is the last result, it3 that of line 3"
	case "clear":
		return "Ctrl-L clears the screen"
	case "send":
		return "cast WHO MESSAGE waits for nothing, call WHO MESSAGE for the reply"
	case "kill":
		return "exit WHO kill"
	}
	return ""
}

// Offer adds a command that whoever hosts the session carries out. It takes no
// arguments, and its result is a text. short says in a few words what it does.
func (s *Session) Offer(name, short string, run func(context.Context) (string, error)) {
	s.words.commands = append(s.words.commands, &command{name: name, short: short, typ: stringType,
		run: func(m *machine, _ []operand) (Result, error) {
			text, err := run(m.ctx)
			return said(text), err
		}})
}

// Alias has a name stand for a text where a line, or what is in parentheses,
// begins with it: what follows the name follows the text.
func (s *Session) Alias(name, text string) error {
	p := &parser{text: name}
	if _, at := p.identifier(); name == "" || at.to < len(name) {
		return fmt.Errorf("%q cannot be the name of an alias: it is letters, digits and _", name)
	}
	_, again := s.words.aliases[name]
	_, variable := s.vars[name]
	switch taken := s.words.taken(name); {
	case taken != "" && !again:
		return fmt.Errorf("%s is %s, and cannot be an alias", name, taken)
	case variable:
		return fmt.Errorf("%s is a variable, and cannot be an alias", name)
	case strings.TrimSpace(text) == "":
		return fmt.Errorf("the alias %s stands for nothing: alias %s = TEXT", name, name)
	}
	s.words.aliases[name] = strings.TrimSpace(text)
	return nil
}

// ParseAlias reads "NAME = TEXT".
func ParseAlias(definition string) (name, text string, err error) {
	name, text, found := strings.Cut(definition, "=")
	if !found {
		return "", "", fmt.Errorf("an alias is NAME = TEXT, for example: goal = cast match_123 Event")
	}
	return strings.TrimSpace(name), strings.TrimSpace(text), nil
}

func runAlias(m *machine, in []operand) (Result, error) {
	s := m.session
	if len(in) == 0 {
		var all []string
		for _, name := range slices.Sorted(maps.Keys(s.words.aliases)) {
			all = append(all, name+" = "+s.words.aliases[name])
		}
		if len(all) == 0 {
			return said("none"), nil
		}
		return said(strings.Join(all, "\n")), nil
	}
	name, text, err := ParseAlias(in[0].text)
	if err == nil {
		err = s.Alias(name, text)
	}
	if err != nil {
		return Result{}, &misfit{err.Error()}
	}
	return said("ok"), nil
}

// mostAliases is how many aliases may stand for one another.
const mostAliases = 20

// expand puts the text of an alias in place of its name, which has been read.
func (p *parser) expand(name string, at span) bool {
	text, ok := p.words.aliases[name]
	if !ok || p.completing && p.end() {
		return false
	}
	if p.expanded++; p.expanded > mostAliases {
		p.fail(at, "alias lists them", "the alias %s goes in circles", name)
		return false
	}
	p.text = p.text[:at.from] + text + p.text[at.to:]
	p.at = at.from
	return true
}

// defaults are the values of the options if nothing is said.
func (c *command) defaults() (all []any) {
	for _, o := range c.more {
		all = append(all, o.value)
	}
	return all
}

// what the value of an option is called in the usage.
func (o option) what() string {
	if _, ok := o.value.(time.Duration); ok {
		return "TIME"
	}
	return "N"
}

// options reads --NAME VALUE, as often as it comes.
func (p *parser) options(n *commandNode) {
	for len(n.options) > 0 {
		if p.space(); !strings.HasPrefix(p.rest(), "--") {
			return
		}
		word, at := p.run(isWord)
		p.mark(at.from, want{kind: wantOption, command: n})
		i := slices.IndexFunc(n.command.more, func(o option) bool { return "--"+o.name == word })
		if i < 0 {
			p.fail(at, "usage: "+n.command.usage(), "%s has no option %s", n.command.name, word)
			return
		}
		p.space()
		if r, _ := utf8.DecodeRuneInString(p.rest()); r < '0' || r > '9' {
			p.fail(p.next(), "usage: "+n.command.usage(), "%s is followed by %s", word, n.command.more[i].example())
			return
		}
		from := p.at
		value, ok := p.number().(*literal)
		if !ok || p.err != nil {
			return
		}
		if kindOf(value.value) != kindOf(n.options[i]) {
			p.fail(span{from, p.at}, "usage: "+n.command.usage(), "%s is followed by %s", word, n.command.more[i].example())
			return
		}
		n.options[i] = value.value
	}
}

// example is a value that an option takes.
func (o option) example() string {
	if _, ok := o.value.(time.Duration); ok {
		return "a time, such as 10s or 1m30s"
	}
	return "a number"
}
