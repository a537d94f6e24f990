package shell

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

func runHelp(m *machine, in []operand) (Result, error) {
	words := &m.session.words
	if len(in) == 0 {
		return said(words.overview()), nil
	}
	name := in[0].text
	if c, ok := words.command(name); ok {
		return said(c.help()), nil
	}
	if text, ok := words.aliases[name]; ok {
		return said(name + " stands for: " + text), nil
	}
	if instead := wish(name); instead != "" {
		return said(instead), nil
	}
	if f, ok := functions[name]; ok {
		return said(fmt.Sprintf("… | %s: %s\n  %s", f.name, f.short, f.example)), nil
	}
	return Result{}, &misfit{fmt.Sprintf("there is no command %s; %s", name, meant(name, append(words.names(), functionNames()...), "there is"))}
}

// help is all about one command.
func (c *command) help() string {
	text := c.usage() + "\n" + c.short
	if c.acts {
		text += "; only where the program allows actions"
	}
	for _, o := range c.more {
		text += fmt.Sprintf("\n  --%s %s  %s; %s if nothing is said", o.name, o.what(), o.note, scalar(o.value))
	}
	if c.long != "" {
		text += "\n\n" + c.long
	}
	return text
}

// overview is what help shows.
func (v *vocabulary) overview() string {
	var b strings.Builder
	b.WriteString("Commands; help COMMAND tells more, Tab completes names, messages and fields:\n")
	for _, c := range v.commands {
		_, _ = fmt.Fprintf(&b, "  %-27s %s\n", c.brief(), c.short)
	}
	for _, name := range slices.Sorted(maps.Keys(v.aliases)) {
		_, _ = fmt.Fprintf(&b, "  %-27s = %s\n", name, v.aliases[name])
	}
	b.WriteString("\nA result goes on behind a bar, where .Field is a field of each element:\n" +
		"  procs() | filter(.Mailbox > 5) | sort(-.Mailbox) | map(.Name) | take(3)\n")
	for _, name := range functionNames() {
		_, _ = fmt.Fprintf(&b, "  %-27s %s\n", name, functions[name].short)
	}
	b.WriteString(`
Values: word, "a string", 12, [a, b], {Field: value}; (an expression) in place
of any. x = … keeps a result; it is the last one, it3 that of line 3, and
exit (it) kill uses it.
break! and pry are not possible in Go, where nothing halts one goroutine at a
line: trace shows what a server gets, watch what changes in it, and suspend
holds it to look at.
Ctrl-C gives a fresh prompt, Ctrl-D leaves. The program goes on without you.
Ctrl-R finds what was typed before; a line that begins with a space is not kept.`)
	return b.String()
}
