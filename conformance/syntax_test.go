package conformance

import "testing"

// syntaxErrors shows the message for each way to get a file wrong.
var syntaxErrors = []struct{ text, want string }{
	// definitions
	{"worker", "f:1: worker needs a name"},
	{"worker A", `f:1: bad name "A"`},
	{"worker 1a", `f:1: bad name "1a"`},
	{"worker a-b", `f:1: bad name "a-b"`},
	{"worker a\n\nproc a", "f:3: a is defined twice"},
	{"proc driver", "f:1: driver is reserved"},
	{"proc p name=x", "f:1: proc has no attribute name"},
	{"tasksup t via=r:k", "f:1: tasksup has no attribute via"},
	{"worker a strategy=x", "f:1: worker has no attribute strategy"},
	{"worker a id={", `f:1: bad term: a word was expected at ""`},
	{"worker a id=x}", `f:1: bad term x}: unexpected "}"`},
	{"worker a name=", "f:1: name needs a value"},
	{"worker a via=r", "f:1: via=r is not of the form reg:key"},
	{"worker a via=r:k", "f:1: a has the undefined registry r"},
	{"worker a via=r:", `f:1: bad term: a word was expected at ""`},
	{"worker a init=dance", "f:1: worker has no init mode dance"},
	{"worker a init=ok;", `f:1: bad term: a word was expected at ""`},
	{"worker a init=ok;{slow,x}", "f:1: worker has no init mode {slow,x}"},
	{"worker a init={crash,1}", "f:1: worker has no init mode {crash,1}"},
	{"worker a init={timeout,x}", "f:1: worker has no init mode {timeout,x}"},
	{"worker a init={stop,x,y}", "f:1: worker has no init mode {stop,x,y}"},
	{"worker a init=1", "f:1: worker has no init mode 1"},
	{"worker a term=ignore", "f:1: worker has no term mode ignore"},
	{"worker a term={stop,x}", "f:1: worker has no term mode {stop,x}"},
	{"worker a term={timeout,1}", "f:1: worker has no term mode {timeout,1}"},
	{"# x\nsup s children=a,b\nworker a", "f:2: s has the undefined child b"},
	{"sup s template=w", "f:1: s has the undefined child w"},
	{"partsup s child=w", "f:1: s has the undefined child w"},

	// steps
	{"!", "f:1: no operation here"},
	{"~ ~a", "f:1: no operation here"},
	{"proc p\n! spawn p\n", "f:2: the last step must not begin with the flag !, as the block has no end"},
	{"worker\u00a0a", `f:1: unknown operation "worker\u00a0a"`},
	{"dance", `f:1: unknown operation "dance"`},
	{"a:", `f:1: unknown operation "a:"`},
	{": settle", `f:1: ":" names no process`},
	{"a: settle", "f:1: a is not defined"},
	{"sleep", "f:1: sleep takes 1..1 arguments, not 0"},
	{"worker a\ncall a", "f:2: call takes 2..3 arguments, not 1"},
	{"worker a\ncall a b 1 2", "f:2: call takes 2..3 arguments, not 4"},
	{"monitor a as", "f:1: as needs a label"},
	{"sleep soon", "f:1: sleep: soon is not a number"},
	{"agent a\nagent_add a x", "f:2: agent_add: x is not a number"},
	{"worker a\ncall a ping soon", "f:2: call: soon is not a time limit"},
	{"worker a\ncall a ping -1", "f:2: call: -1 is not a time limit"},
	{"worker a\nstop a normal brutal_kill", "f:2: stop: brutal_kill is not a time limit"},
	{"proc p\np: task t value:1\np: shutdown_task t soon", "f:3: shutdown_task: soon is not a time limit"},
	{"worker a\nstart a timeout=soon", "f:2: start: soon is not a number"},
	{"proc p\np: stream max=many value:1", "f:2: stream: many is not a number"},
	{"proc p\np: stream timeout=soon value:1", "f:2: stream: soon is not a time limit"},
	{"worker a\ncast a {x", `f:2: bad term: , or } was expected at ""`},
	{"sup s\nterminate_child s id:{", `f:2: bad term: a word was expected at ""`},
	{"worker a\nalive a#x", `f:2: bad target a#x: "x" is no incarnation`},

	// names
	{"crash boom", "f:1: crash has to be executed by a proc or worker (WHO: crash ...)"},
	{"stream value:1", "f:1: stream has to be executed by a proc or worker (WHO: stream ...)"},
	{"start a", "f:1: a is not defined"},
	{"start driver", "f:1: driver is not defined"},
	{"call a ping", "f:1: a is not defined"},
	{"call r:k ping", "f:1: r:k is not defined"},
	{"whereis r:k", "f:1: r:k is not defined"},
	{"cancel t", "f:1: no task, monitor or timer is called t"},
	{"proc p\np: task t value:1\np: await_many t,u", "f:3: no task, monitor or timer is called u"},
	{"proc p\np: stream names=x gate\ngo x1 1\ngo x2 1", "f:4: no task, monitor or timer is called x2"},
}

func TestSyntaxErrors(t *testing.T) {
	for _, test := range syntaxErrors {
		if _, err := Parse("f", test.text); err == nil || err.Error() != test.want {
			t.Errorf("%q:\n got %v\nwant %s", test.text, err, test.want)
		}
	}
}
