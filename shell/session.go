package shell

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Session is one use of the shell: the variables, and the latest results. It
// is for one goroutine at a time.
type Session struct {
	source  Source
	words   vocabulary
	vars    map[string]Result
	results []Result // the latest ones; the last is number count
	count   int

	maxSteps int // bounds a program that nobody cancels
}

// kept is how many results a session remembers.
const kept = 32

// NewSession begins a session with a node.
func NewSession(source Source) *Session {
	return &Session{source: source, words: vocabulary{commands(), map[string]string{}}, vars: map[string]Result{}, maxSteps: 20_000_000}
}

// A Result is what a line gives.
type Result struct {
	typ   *Type
	value any
	shown string // what is shown in place of the value; "" if that is itself
	live  bool   // see Live
}

// Live reports whether this is no result, but what a command tells while it
// runs: trace of each event, watch of each change. Their result comes behind.
func (r Result) Live() bool { return r.live }

// said is a result that is a text and nothing else.
func said(text string) Result { return Result{typ: stringType, value: text} }

// Next is the number of the next result, for the prompt: it1 is the first one.
func (s *Session) Next() int { return s.count + 1 }

// Eval runs a program, and shows the result of each statement. It stops at the
// first one that fails. An error that is about the text is an *Error; its text
// has aliases replaced by what they stand for.
func (s *Session) Eval(ctx context.Context, text string, show func(Result)) error {
	p := s.parser(text)
	program := p.program()
	if p.err != nil {
		return p.err
	}
	for _, statement := range program {
		r, err := s.run(&machine{ctx: ctx, session: s, show: show}, p.text, statement)
		if err != nil {
			return err
		}
		if s.count++; len(s.results) == kept {
			s.results = slices.Delete(s.results, 0, 1)
		}
		s.results = append(s.results, r)
		if statement.name != "" {
			s.vars[statement.name] = r
		}
		show(r)
	}
	return nil
}

// run runs one statement.
func (s *Session) run(m *machine, text string, statement *statement) (Result, error) {
	c := &compiler{text: text, session: s}
	switch n := statement.body.(type) {
	case *commandNode: // it may have more to show than its value
		args, err := c.arguments(n)
		if err != nil {
			return Result{}, err
		}
		return c.perform(m, n, args)
	case *variable:
		r, err := s.result(n.name)
		if err != nil {
			return r, c.errorAt(n.span, err.Try, "%s", err.What)
		}
		return r, nil
	}
	x, err := c.compile(statement.body)
	if err != nil {
		return Result{}, err
	}
	v, err := x.run(m)
	if errors.Is(err, context.Canceled) {
		err = errors.New("cancelled")
	}
	return Result{typ: x.typ, value: v}, err
}

// isResult reports whether a name is it, or it and a number.
func isResult(name string) bool {
	_, ok := resultNumber(name)
	return ok
}

// resultNumber is the number behind it; 0 if there is none.
func resultNumber(name string) (n int, ok bool) {
	digits, ok := strings.CutPrefix(name, "it")
	if !ok || digits == "" {
		return 0, ok
	}
	n, err := strconv.Atoi(digits)
	return n, err == nil && n > 0
}

// result is what a variable stands for.
func (s *Session) result(name string) (Result, *Error) {
	if r, ok := s.vars[name]; ok {
		return r, nil
	}
	n, ok := resultNumber(name)
	if !ok {
		names := append(slices.Sorted(maps.Keys(s.vars)), s.words.names()...)
		wrong := &Error{What: fmt.Sprintf("there is no variable and no command %s", name)}
		wrong.Try = "help lists the commands; a text is written in quotes"
		if instead := wish(name); instead != "" {
			wrong.Try = instead
		} else if best := nearest(name, names); best != "" {
			wrong.Try = "did you mean " + best + "?"
		}
		return Result{}, wrong
	}
	if n == 0 {
		n = s.count
	}
	i := n - 1 - (s.count - len(s.results))
	switch {
	case s.count == 0:
		return Result{}, &Error{What: "there is no result yet", Try: "it is the result of the line before, it1 that of the first line"}
	case i >= len(s.results):
		return Result{}, &Error{What: fmt.Sprintf("there is no result %d yet", n), Try: fmt.Sprintf("the last one is it%d", s.count)}
	case i < 0:
		return Result{}, &Error{What: fmt.Sprintf("result %d is not kept any more", n), Try: fmt.Sprintf("the last %d are: from it%d on", kept, s.count-kept+1)}
	}
	return s.results[i], nil
}
