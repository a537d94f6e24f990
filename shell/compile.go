package shell

import (
	"context"
	"errors"
	"fmt"
	"regexp"
)

// code is a compiled expression: what it gives, and how.
type code struct {
	typ *Type
	run func(*machine) (any, error)
}

// A machine runs compiled code. What it does for each element of a list is
// counted, and ends with the context or at the limit.
type machine struct {
	ctx     context.Context
	session *Session
	show    func(Result)
	element []any // that the stages in which we are look at
	steps   int
}

var errTooLong = errors.New("this takes too many steps: it was ended")

// each is called for each element of a list.
func (m *machine) each() error {
	if m.steps++; m.steps > m.session.maxSteps {
		return errTooLong
	}
	if m.steps%256 == 0 {
		return m.ctx.Err()
	}
	return nil
}

// with runs code with one element at hand.
func (m *machine) with(element any, c code) (any, error) {
	if err := m.each(); err != nil {
		return nil, err
	}
	m.element = append(m.element, element)
	v, err := c.run(m)
	m.element = m.element[:len(m.element)-1]
	return v, err
}

// A compiler checks the types of a program and makes code of it.
type compiler struct {
	text    string
	session *Session
	element []*Type // of the stages in which we are
}

func (c *compiler) errorAt(at span, try, format string, args ...any) error {
	return errorAt(c.text, at, try, format, args...)
}

func (c *compiler) compile(n node) (code, error) {
	switch n := n.(type) {
	case *literal:
		return code{n.typ, func(*machine) (any, error) { return n.value, nil }}, nil
	case *variable:
		return c.variable(n)
	case *field:
		return c.field(n)
	case *binary:
		return c.binary(n)
	case *stage:
		return c.stage(n)
	case *listNode:
		return c.list(n)
	case *recordNode:
		return c.record(n)
	case *commandNode:
		return c.command(n)
	}
	panic(fmt.Sprintf("no case for %T", n))
}

func (c *compiler) variable(n *variable) (code, error) {
	r, err := c.session.result(n.name)
	if err != nil {
		return code{}, c.errorAt(n.span, err.Try, "%s", err.What)
	}
	return code{r.typ, func(*machine) (any, error) { return r.value, nil }}, nil
}

// field takes a field of a value, or of the element.
func (c *compiler) field(n *field) (code, error) {
	of := code{run: func(m *machine) (any, error) { return m.element[len(m.element)-1], nil }}
	if n.of == nil {
		if len(c.element) == 0 {
			return code{}, c.errorAt(n.span, "for example: procs() | filter(.Mailbox > 5)", "a dot stands for the element inside of filter(…), map(…) and the like: there is none here")
		}
		of.typ = c.element[len(c.element)-1]
	} else {
		var err error
		if of, err = c.compile(n.of); err != nil {
			return code{}, err
		}
	}
	switch {
	case n.name == "":
		return of, nil
	case of.typ.kind == anyKind:
		return code{anyType, func(m *machine) (any, error) {
			v, err := of.run(m)
			if err != nil {
				return nil, err
			}
			return c.member(n, v)
		}}, nil
	case of.typ.kind != recordKind:
		return code{}, c.errorAt(n.at, "", "a %s has no fields", of.typ)
	}
	i, ok := of.typ.field(n.name)
	if !ok {
		return code{}, c.unknownField(n, of.typ)
	}
	return code{of.typ.fields[i].typ, func(m *machine) (any, error) {
		v, err := of.run(m)
		if err != nil {
			return nil, err
		}
		return v.(record).get(i), nil
	}}, nil
}

func (c *compiler) unknownField(n *field, t *Type) error {
	names := t.fieldNames()
	if best := nearest(n.name, names); best != "" {
		return c.errorAt(n.at, "", "type %s has no field %s; did you mean %s?", t, n.name, best)
	}
	return c.errorAt(n.at, meant(n.name, names, "it has"), "type %s has no field %s", t, n.name)
}

// member takes a field of a value of which the type is not known before.
func (c *compiler) member(n *field, v any) (any, error) {
	r, ok := v.(record)
	if !ok {
		return nil, c.errorAt(n.at, "it is "+Cut(scalar(v), 60), "a %s has no fields", &Type{kind: kindOf(v), elem: anyType})
	}
	i, ok := r.typ().field(n.name)
	if !ok {
		return nil, c.unknownField(n, r.typ())
	}
	return r.get(i), nil
}

func (c *compiler) binary(n *binary) (code, error) {
	right, err := c.compile(n.right)
	if err != nil {
		return code{}, err
	}
	if n.left == nil {
		return c.unary(n, right)
	}
	left, err := c.compile(n.left)
	if err != nil {
		return code{}, err
	}
	if n.op == "matches" {
		return c.matches(n, left)
	}
	k, ok := resultKind(n.op, left.typ.kind, right.typ.kind)
	if !ok {
		return code{}, c.errorAt(n.span, timesAre(left.typ.kind, right.typ.kind), "%s does not work between %s and %s", n.op, left.typ, right.typ)
	}
	return code{&Type{kind: k}, func(m *machine) (any, error) {
		a, err := left.run(m)
		if err != nil {
			return nil, err
		}
		if k == boolKind && (n.op == "&&" && a == false || n.op == "||" && a == true) {
			return a, nil
		}
		b, err := right.run(m)
		if err != nil {
			return nil, err
		}
		if _, ok := resultKind(n.op, kindOf(a), kindOf(b)); !ok {
			return nil, c.errorAt(n.span, "", "%s does not work between %s and %s", n.op, describe(a), describe(b))
		}
		return operate(n.op, a, b), nil
	}}, nil
}

// timesAre helps who has written a time as a number.
func timesAre(a, b kind) string {
	if a == durationKind && b == numberKind || a == numberKind && b == durationKind {
		return "times are written 5s, 200ms or 1m30s"
	}
	return ""
}

func (c *compiler) unary(n *binary, x code) (code, error) {
	works := func(k kind) bool {
		if n.op == "!" {
			return k == boolKind
		}
		return k == numberKind || k == durationKind
	}
	if !works(x.typ.kind) && x.typ.kind != anyKind {
		return code{}, c.errorAt(n.span, "", "%s does not work on %s", n.op, x.typ)
	}
	return code{x.typ, func(m *machine) (any, error) {
		v, err := x.run(m)
		if err != nil {
			return nil, err
		}
		if !works(kindOf(v)) {
			return nil, c.errorAt(n.span, "", "%s does not work on %s", n.op, describe(v))
		}
		return negate(v), nil
	}}, nil
}

// matches compiles the pattern once: it is a literal.
func (c *compiler) matches(n *binary, left code) (code, error) {
	text, ok := n.right.(*literal)
	if !ok || text.typ != stringType || left.typ.kind != stringKind && left.typ.kind != anyKind {
		return code{}, c.errorAt(n.span, `for example: .Name matches "^match_"`, "matches stands between a string and a pattern in quotes")
	}
	pattern, err := regexp.Compile(text.value.(string))
	if err != nil {
		return code{}, c.errorAt(text.span, "", "the pattern is not well formed: %v", err)
	}
	return code{boolType, func(m *machine) (any, error) {
		v, err := left.run(m)
		s, ok := v.(string)
		return ok && pattern.MatchString(s), err
	}}, nil
}

func (c *compiler) stage(n *stage) (code, error) {
	left, err := c.compile(n.left)
	if err != nil {
		return code{}, err
	}
	elem := anyType
	switch {
	case left.typ.kind == listKind:
		elem = left.typ.elem
	case left.typ.kind != anyKind:
		return code{}, c.errorAt(n.span, "for example: "+n.fn.example, "%s works on a list, and this is a %s", n.fn.name, left.typ)
	}
	if len(n.args) < n.fn.least || len(n.args) > n.fn.most {
		return code{}, c.errorAt(n.span, "for example: "+n.fn.example, "%s takes %s", n.fn.name, n.fn.takes())
	}
	arg, err := c.stageArgument(n, elem)
	if err != nil {
		return code{}, err
	}
	typ, wrong := n.fn.typ(left.typ, elem, arg)
	if wrong != "" {
		return code{}, c.errorAt(n.span, "for example: "+n.fn.example, "%s", wrong)
	}
	return code{typ, func(m *machine) (any, error) {
		v, err := left.run(m)
		if err != nil {
			return nil, err
		}
		list, ok := v.([]any)
		if !ok {
			return nil, c.errorAt(n.span, "", "%s works on a list, and this is a %s", n.fn.name, describe(v))
		}
		result, err := n.fn.run(m, list, arg)
		if wrong := new(misfit); errors.As(err, &wrong) {
			return nil, c.errorAt(n.span, "for example: "+n.fn.example, "%s", wrong.what)
		}
		return result, err
	}}, nil
}

// stageArgument compiles what stands in the parentheses of a stage, if anything.
func (c *compiler) stageArgument(n *stage, elem *Type) (*code, error) {
	if len(n.args) < n.fn.least || len(n.args) > n.fn.most {
		return nil, c.errorAt(n.span, "for example: "+n.fn.example, "%s takes %s", n.fn.name, n.fn.takes())
	}
	if len(n.args) == 0 {
		return nil, nil
	}
	outer := c.element
	if n.fn.arg != numberKind {
		c.element = append(c.element, elem)
	}
	x, err := c.compile(n.args[0])
	c.element = outer
	if err != nil {
		return nil, err
	}
	if n.fn.arg != anyKind && x.typ.kind != n.fn.arg && x.typ.kind != anyKind {
		return nil, c.errorAt(n.args[0].pos(), "for example: "+n.fn.example, "%s takes a %s, and this is a %s", n.fn.name, &Type{kind: n.fn.arg}, x.typ)
	}
	return &x, nil
}

func (c *compiler) all(nodes []node) ([]code, error) {
	codes := make([]code, len(nodes))
	for i, n := range nodes {
		var err error
		if codes[i], err = c.compile(n); err != nil {
			return nil, err
		}
	}
	return codes, nil
}

func runAll(m *machine, codes []code) ([]any, error) {
	values := make([]any, len(codes))
	for i, x := range codes {
		var err error
		if values[i], err = x.run(m); err != nil {
			return nil, err
		}
	}
	return values, nil
}

func (c *compiler) list(n *listNode) (code, error) {
	items, err := c.all(n.items)
	if err != nil {
		return code{}, err
	}
	elem := anyType
	if len(items) > 0 {
		elem = items[0].typ
	}
	for _, item := range items {
		if item.typ.kind != elem.kind {
			elem = anyType
		}
	}
	return code{listOf(elem), func(m *machine) (any, error) { return runAll(m, items) }}, nil
}

func (c *compiler) record(n *recordNode) (code, error) {
	values, err := c.all(n.values)
	if err != nil {
		return code{}, err
	}
	t := &Type{kind: recordKind, name: "record"}
	for i, v := range values {
		t.fields = append(t.fields, member{name: n.names[i], typ: v.typ})
	}
	return code{t, func(m *machine) (any, error) {
		all, err := runAll(m, values)
		return &made{t, all}, err
	}}, nil
}

// command runs a command for its value; what it would show is dropped.
func (c *compiler) command(n *commandNode) (code, error) {
	args, err := c.arguments(n)
	if err != nil {
		return code{}, err
	}
	return code{n.command.typ, func(m *machine) (any, error) {
		r, err := c.perform(m, n, args)
		return r.value, err
	}}, nil
}
