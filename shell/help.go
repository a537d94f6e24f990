package shell

import (
	"fmt"
	"strings"
)

func runHelp(_ *machine, in []operand) (Result, error) {
	if len(in) == 0 {
		return said(overview()), nil
	}
	name := in[0].text
	if c, ok := commandNamed(name); ok {
		return said(c.help()), nil
	}
	if f, ok := functions[name]; ok {
		return said(fmt.Sprintf("… | %s: %s\n  %s", f.name, f.short, f.example)), nil
	}
	return Result{}, &misfit{fmt.Sprintf("there is no command %s; %s", name, meant(name, append(commandNames(), functionNames()...), "there is"))}
}

// help is all about one command.
func (c *command) help() string {
	text := c.usage() + "\n" + c.short
	if c.acts {
		text += "; only where the program allows actions"
	}
	if c.long != "" {
		text += "\n\n" + c.long
	}
	return text
}

// overview is what help shows.
func overview() string {
	var b strings.Builder
	b.WriteString("Commands (help COMMAND tells more; Tab completes names, messages and fields):\n")
	for _, c := range commands() {
		_, _ = fmt.Fprintf(&b, "  %-27s %s\n", c.usage(), c.short)
	}
	b.WriteString("\nA result goes on behind a bar, where .Field is a field of each element:\n" +
		"  procs() | filter(.Mailbox > 5) | sort(-.Mailbox) | map(.Name) | take(3)\n")
	for _, name := range functionNames() {
		_, _ = fmt.Fprintf(&b, "  %-27s %s\n", name, functions[name].short)
	}
	b.WriteString(`
Values: word, "a string", 12, [a, b], {Field: value}, and (an expression) in place of any.
x = …  keeps a result; it is the last one, it3 that of line 3.  exit (it) kill  uses it.
A goroutine cannot be halted at a line, so there is no breakpoint: suspend a server,
look at its state, resume it.
Ctrl-C gives a fresh prompt, Ctrl-D leaves. The program goes on without you.`)
	return b.String()
}
