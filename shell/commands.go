package shell

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// A command is a word that begins a line, with what follows it.
type command struct {
	name  string
	short string // what it does, in a few words
	long  string // more of it, for its help
	args  []argument
	more  []option // they stand anywhere, and are operands behind the arguments
	typ   *Type    // of its value
	acts  bool     // it changes something: the node may refuse
	run   func(m *machine, in []operand) (Result, error)
}

// An option is a number or a time that a command takes as --NAME VALUE.
type option struct {
	name, note string
	value      any // if nothing is said: a float64, or a time.Duration
}

// An argument is what a command wants.
type argument struct {
	name     string // as the usage shows it
	kind     wantKind
	optional bool
}

func (a argument) what() string {
	switch a.kind {
	case wantWho, wantSupervisor:
		return a.name + ", a name or a pid"
	case wantMessage:
		return a.name + ", the name of a message and its fields"
	}
	return a.name
}

// An operand is an argument that has been worked out: a word, or a value.
type operand struct {
	text  string
	value inspect.Value
	any   any   // of an expression, or of an option
	look  *code // what to look at of what the command has
}

// brief is the command with its arguments, and usage with its options too.
func (c *command) brief() string {
	var b strings.Builder
	b.WriteString(c.name)
	for _, a := range c.args {
		if a.optional {
			b.WriteString(" [" + a.name + "]")
		} else {
			b.WriteString(" " + a.name)
		}
	}
	return b.String()
}

func (c *command) usage() string {
	var b strings.Builder
	b.WriteString(c.brief())
	for _, o := range c.more {
		b.WriteString(" [--" + o.name + " " + o.what() + "]")
	}
	return b.String()
}

var (
	processType = typeOf(reflect.TypeFor[inspect.Process]())
	treeType    = typeOf(reflect.TypeFor[inspect.TreeRow]())
	crashType   = typeOf(reflect.TypeFor[inspect.Crash]())
	nodeType    = typeOf(reflect.TypeFor[inspect.Node]())
	traceType   = typeOf(reflect.TypeFor[inspect.TraceEvent]())

	who    = argument{name: "WHO", kind: wantWho}
	sup    = argument{name: "SUP", kind: wantSupervisor}
	child  = argument{name: "CHILD", kind: wantChild}
	reason = argument{name: "REASON", kind: wantReason}
)

// commands are all of them, in the order of help. They are made anew, since
// help is one of them.
func commands() []*command {
	return []*command{
		{name: "help", short: "what there is, or more about one of it", typ: stringType,
			args: []argument{{name: "COMMAND", kind: wantCommand, optional: true}}, run: runHelp},

		{name: "call", short: "send a request to a server, and show its reply", typ: anyType, acts: true,
			args: []argument{who, {name: "MESSAGE", kind: wantMessage}}, run: runCall,
			long: "The message is its name, with fields in braces if it has any:\n" +
				"  call counter Add {By: 2}\nA message with one field takes the bare value: call counter Add 2.\n" +
				"Tab completes the messages that the server accepts, and their fields."},
		{name: "cast", short: "send a message to a server, and wait for nothing", typ: anyType, acts: true,
			args: []argument{who, {name: "MESSAGE", kind: wantMessage}}, run: runCast,
			long: "As call, but the server does not answer: ok says that the message has been sent.\n" +
				"  cast cache Save {Value: \"hola\"}"},
		{name: "whereis", short: "the pid behind a name; nil if there is none", typ: anyType,
			args: []argument{{name: "NAME", kind: wantWho}}, run: runWhereis},
		{name: "await", short: "wait until a name is taken, or free", typ: anyType,
			args: []argument{{name: "NAME", kind: wantName}, {name: "OLD", kind: wantWho, optional: true}}, run: runAwait,
			long: "await cache          until some process is called cache; gives its pid\n" +
				"await cache (old)    until one is that is not the pid in the variable old\n" +
				"await cache gone     until none is\nIt gives up after 5 seconds."},

		{name: "exit", short: "send an exit signal: kill, shutdown, or any reason", typ: anyType, acts: true,
			args: []argument{who, reason}, run: runExit,
			long: "kill ends the process whatever it does. Another reason ends one that does not\ntrap exits; one that does finds it in its mailbox.\n" +
				"To leave the shell, type Ctrl-D."},
		{name: "stop", short: "stop a server in order", typ: anyType, acts: true,
			args: []argument{who, {name: "REASON", kind: wantReason, optional: true}}, run: runAction("stop")},
		{name: "suspend", short: "have a server handle nothing until resume", typ: anyType, acts: true,
			args: []argument{who}, run: runAction("suspend")},
		{name: "resume", short: "have a suspended server go on", typ: anyType, acts: true,
			args: []argument{who}, run: runAction("resume")},

		{name: "log_level", short: "from which level on a process logs, or none", typ: anyType, acts: true,
			args: []argument{who, {name: "LEVEL", kind: wantLevel}}, run: runLogLevel,
			long: "The level is debug, info, warn or error; none is what the program says. The program\nlogs through inspect.NewLogHandler."},

		{name: "start_child", short: "have a supervisor with a template start a child", typ: anyType, acts: true,
			args: []argument{sup, {name: "ARGUMENT", kind: wantValue}}, run: runStartChild,
			long: "The argument is of the type that the template takes: a word, or {Field: value}.\n" +
				"Only a supervisor with a template can start a child from here."},
		{name: "terminate_child", short: "have a supervisor end a child, and keep its recipe", typ: anyType, acts: true,
			args: []argument{sup, child}, run: runChild("terminate_child")},
		{name: "restart_child", short: "have a supervisor start an ended child again", typ: anyType, acts: true,
			args: []argument{sup, child}, run: runChild("restart_child")},
		{name: "delete_child", short: "have a supervisor forget a child that was ended", typ: anyType, acts: true,
			args: []argument{sup, child}, run: runChild("delete_child")},
		{name: "children", short: "the children of a supervisor", typ: listOf(processType),
			args: []argument{sup}, run: runChildren},

		{name: "i", short: "all about a process, or what a value is", typ: anyType,
			args: []argument{who}, run: runInfo,
			long: "i cache          its state, counters, links, and the messages that it accepts\n" +
				"i <0.12.0>       the same by its pid\ni (it)           about the last result"},
		{name: "state", short: "the state of a server, which it is asked for", typ: anyType,
			args: []argument{who}, run: runAction("state")},
		{name: "watch", short: "show what changes in the state of a server", typ: anyType,
			args: []argument{who, {name: ".FIELD", kind: wantLook, optional: true}}, run: runWatch,
			long: "watch cart:42 .Total         a field of its state\n" +
				"watch cart:42 .Total > 100   or anything that is worked out of fields\n" +
				"watch cart:42                all of it\n" +
				"The server is asked five times a second. A name is followed over restarts.\n" +
				"Ctrl-C ends it; the result is the last value."},
		{name: "trace", short: "show what a server gets and answers, while it does", typ: listOf(traceType),
			args: []argument{who}, run: runTrace,
			more: []option{{"max", "how many events", 50.0}, {"for", "how long", 10 * time.Second}},
			long: "trace cart:42                         for 10 seconds, or 50 events\n" +
				"trace cart:42 --max 1000 --for 1m     for longer\n" +
				"trace cart:42 --for 5s | group(.Message)\n" +
				"Ctrl-C ends it; the result are the events. It never holds the server up."},
		{name: "ps", short: "the processes", typ: listOf(processType), run: runProcesses},
		{name: "procs", short: "the same as ps, for expressions: procs() | …", typ: listOf(processType), run: runProcesses},
		{name: "tree", short: "who supervises whom", typ: listOf(treeType), run: runTree},
		{name: "names", short: "the names that are taken", typ: listOf(namesType), run: runNames},
		{name: "status", short: "the figures of the node", typ: nodeType, run: runStatus},
		{name: "crashes", short: "the latest crashes", typ: listOf(crashType), run: runCrashes},
		{name: "crash", short: "the report of a crash", typ: crashType,
			args: []argument{{name: "ID", kind: wantCrash}}, run: runCrash},

		{name: "alias", short: "name a line, or how it begins; alone: list them", typ: anyType,
			args: []argument{{name: "NAME = TEXT", kind: wantRest, optional: true}}, run: runAlias,
			long: "alias goal = cast match_123 Event   then: goal home_goal\n" +
				"What follows the name is put behind the text."},
	}
}

// dataCommands are those that can be written as name().
func (v *vocabulary) dataCommands() (names []string) {
	for _, c := range v.commands {
		if len(c.args) == 0 {
			names = append(names, c.name+"()")
		}
	}
	return names
}

// arguments compiles the expressions among the arguments of a command. In one
// that looks at something a dot stands for that.
func (c *compiler) arguments(n *commandNode) (map[*valueNode]code, error) {
	found := map[*valueNode]code{}
	var walk func(v *valueNode) error
	walk = func(v *valueNode) error {
		if v.kind == anExpression {
			x, err := c.compile(v.inside)
			found[v] = x
			return err
		}
		for _, item := range v.items {
			if err := walk(item); err != nil {
				return err
			}
		}
		return nil
	}
	for i, arg := range n.args {
		outer := c.element
		if n.command.args[i].kind == wantLook {
			c.element = append(c.element, anyType)
		}
		err := walk(arg)
		c.element = outer
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// perform works out the arguments of a command and runs it.
func (c *compiler) perform(m *machine, n *commandNode, compiled map[*valueNode]code) (Result, error) {
	in := make([]operand, len(n.args), len(n.args)+len(n.options))
	for i, arg := range n.args {
		if n.command.args[i].kind == wantLook {
			look := compiled[arg]
			in[i] = operand{look: &look}
			continue
		}
		v, raw, err := c.dataOf(m, arg, compiled)
		if err != nil {
			return Result{}, err
		}
		in[i] = operand{value: v, any: raw}
		switch n.command.args[i].kind {
		case wantMessage, wantValue:
			continue
		}
		if in[i].text, err = c.wordOf(n, arg, v, raw); err != nil {
			return Result{}, err
		}
	}
	for _, value := range n.options {
		in = append(in, operand{any: value})
	}
	r, err := n.command.run(m, in)
	if wrong := new(misfit); errors.As(err, &wrong) {
		at := n.span
		if len(n.args) > 0 {
			at = n.args[len(n.args)-1].span
		}
		return r, c.errorAt(at, "usage: "+n.command.usage(), "%s", wrong.what)
	}
	if r.typ == nil {
		r.typ = n.command.typ
	}
	return r, err
}

// dataOf makes data of an argument. raw is the value, if it is an expression.
func (c *compiler) dataOf(m *machine, n *valueNode, compiled map[*valueNode]code) (v inspect.Value, raw any, err error) {
	switch n.kind {
	case aWord:
		return inspect.Value{Word: &n.text}, nil, nil
	case aString:
		return inspect.Value{String: &n.text}, nil, nil
	case anExpression:
		x, ok := compiled[n]
		if !ok {
			return v, nil, c.errorAt(n.span, "write the value itself", "an expression cannot be worked out here")
		}
		raw, err = x.run(m)
		if err != nil {
			return v, nil, err
		}
		if v, ok = toValue(raw); !ok {
			return v, nil, c.errorAt(n.span, "", "a %s cannot be sent", describe(raw))
		}
		return v, raw, nil
	}
	items := make([]inspect.Value, len(n.items))
	for i, item := range n.items {
		if items[i], _, err = c.dataOf(m, item, compiled); err != nil {
			return v, nil, err
		}
	}
	if n.kind == aList {
		return inspect.Value{List: &items}, nil, nil
	}
	s := &inspect.Struct{Type: n.text, Fields: []inspect.Field{}}
	for i, item := range items {
		s.Fields = append(s.Fields, inspect.Field{Name: n.names[i], Value: item})
	}
	return inspect.Value{Struct: s}, nil, nil
}

// wordOf makes a word of an argument. Of a process it is the pid.
func (c *compiler) wordOf(n *commandNode, arg *valueNode, v inspect.Value, raw any) (string, error) {
	looks := n.command.name == "i" // which looks at values too
	switch _, text := raw.(string); {
	case looks && raw != nil && !text:
	case v.Word != nil:
		return *v.Word, nil
	case v.String != nil:
		return *v.String, nil
	}
	if r, ok := raw.(record); ok {
		if i, ok := r.typ().field("PID"); ok {
			return fmt.Sprint(r.get(i)), nil
		}
	}
	if looks {
		return "", nil
	}
	return "", c.errorAt(arg.span, "a process is a name, a pid, or a row that has one", "a %s is no word", describe(raw))
}
