package shell

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The operators, the loosest first. Those of one line bind equally, from left
// to right.
var operators = [][]string{
	{"||", "or"},
	{"&&", "and"},
	{"==", "!=", "<=", ">=", "<", ">", "contains", "matches", "in"},
	{"+", "-"},
	{"*", "/", "%"},
}

var keywords = []string{"or", "and", "not", "contains", "matches", "in", "true", "false", "nil", "let"}

// expression reads operators and what is between them.
func (p *parser) expression() node {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	p.space()
	return p.operation(0)
}

func (p *parser) operation(level int) node {
	if level == len(operators) {
		return p.unary()
	}
	left := p.operation(level + 1)
	for {
		p.space()
		op, at := p.operator(operators[level])
		if op == "" {
			return left
		}
		p.depth++ // behind an operator another line may follow
		p.space()
		p.depth--
		if p.end() {
			p.failOpen("", "a value is missing after %s", op)
		}
		right := p.operation(level + 1)
		left = &binary{at, op, left, right}
	}
}

// operator takes one of these operators, and returns it as the symbol.
func (p *parser) operator(among []string) (string, span) {
	for _, op := range among {
		rest := p.rest()
		if !strings.HasPrefix(rest, op) {
			continue
		}
		after, _ := utf8.DecodeRuneInString(rest[len(op):])
		if isLetter(rune(op[0])) && isIdentifier(after) {
			continue
		}
		at := span{p.at, p.at + len(op)}
		p.at = at.to
		switch op {
		case "or":
			op = "||"
		case "and":
			op = "&&"
		}
		return op, at
	}
	return "", span{}
}

func (p *parser) unary() node {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	p.space()
	op, at := p.operator([]string{"!", "not", "-"})
	if op == "" {
		return p.postfix()
	}
	if op == "not" {
		op = "!"
	}
	return &binary{at, op, nil, p.unary()}
}

// postfix reads a value and the fields that are taken of it.
func (p *parser) postfix() node {
	x := p.primary()
	for p.err == nil && strings.HasPrefix(p.rest(), ".") {
		p.at++
		name, at := p.identifier()
		p.mark(at.from, want{kind: wantMember, of: x})
		if name == "" {
			p.fail(at, "", "the name of a field is missing after the dot")
		}
		x = &field{span{x.pos().from, p.at}, x, name, at}
	}
	return x
}

var (
	pidForm    = regexp.MustCompile(`^<\d+\.\d+\.\d+>`)
	numberForm = regexp.MustCompile(`^\d+(\.\d+)?(e[+-]?\d+)?`)
	timeForm   = regexp.MustCompile(`^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+`)
)

func (p *parser) primary() node {
	from := p.at
	r, _ := utf8.DecodeRuneInString(p.rest())
	switch {
	case p.open("("):
		x := p.pipeline()
		p.close(")", "the expression")
		return x
	case p.open("["):
		n := &listNode{}
		p.items("]", "the list", want{}, func() { n.items = append(n.items, p.expression()) })
		n.span = span{from, p.at}
		return n
	case r == '{':
		return p.record()
	case r == '.':
		return p.element()
	case r == '"' || r == '`':
		text, at := p.quoted()
		return &literal{at, stringType, text}
	case r >= '0' && r <= '9':
		return p.number()
	case isLetter(r):
		return p.named()
	}
	if pid := pidForm.FindString(p.rest()); pid != "" {
		p.at += len(pid)
		return &literal{span{from, p.at}, stringType, pid}
	}
	p.mark(from, want{kind: wantValue})
	if p.end() {
		p.fail(span{from, from}, "", "here should be a value")
	} else {
		p.fail(p.next(), "", "here should be a value, and not %q", p.excerpt())
	}
	return nil
}

// element reads .Field, or the dot that is the element itself.
func (p *parser) element() node {
	from := p.at
	p.at++
	name, at := p.identifier()
	w := want{kind: wantMember}
	if len(p.left) > 0 {
		w.of, w.element = p.left[len(p.left)-1], true
	} else if p.about != nil {
		w = want{kind: wantState, command: p.about}
	}
	p.mark(at.from, w)
	return &field{span{from, p.at}, nil, name, at}
}

// number reads 12, 0.5, or a time like 1m30s.
func (p *parser) number() node {
	from := p.at
	n := &literal{}
	var err error
	if text := timeForm.FindString(p.rest()); text != "" {
		p.at += len(text)
		n.typ = durationType
		n.value, err = time.ParseDuration(text)
	} else {
		text = numberForm.FindString(p.rest())
		p.at += len(text)
		n.typ = numberType
		n.value, err = strconv.ParseFloat(text, 64)
	}
	if junk, _ := p.run(isIdentifier); err != nil || junk != "" {
		p.fail(span{from, p.at}, "numbers are 12 and 0.5, times are 200ms and 1m30s", "this is no number")
	}
	n.span = span{from, p.at}
	return n
}

// named reads true, false, nil, a variable, a command() or function(value).
func (p *parser) named() node {
	name, at := p.identifier()
	p.mark(at.from, want{kind: wantStatement})
	switch name {
	case "true", "false":
		return &literal{at, boolType, name == "true"}
	case "nil":
		return &literal{at, nilType, nil}
	}
	if !p.open("(") {
		if slices.Contains(keywords, name) {
			p.fail(at, "", "%s cannot stand here", name)
		}
		return &variable{at, name}
	}
	if c, ok := p.words.command(name); ok {
		p.space()
		if !strings.HasPrefix(p.rest(), ")") {
			p.fail(p.next(), "write ("+c.usage()+")", "%s() takes nothing in its parentheses", name)
		}
		p.close(")", name+"(")
		if len(c.args) > 0 && !c.args[0].optional {
			p.fail(at, "write ("+c.usage()+")", "%s needs %s", name, c.args[0].what())
		}
		return &commandNode{span: span{at.from, p.at}, command: c, options: c.defaults()}
	}
	args := p.list(")", name+"(")
	fn := functions[name]
	switch {
	case fn == nil:
		p.fail(at, meant(name, append(functionNames(), p.words.dataCommands()...), "there is"), "there is no function %s", name)
	case len(args) == 0:
		p.fail(at, "for example: "+fn.example, "%s( needs what it is to look at", name)
	default:
		return &stage{span{at.from, p.at}, fn, args[0], args[1:]}
	}
	return nil
}

// list reads the arguments of a function, up to the bracket.
func (p *parser) list(bracket, what string) (args []node) {
	p.items(bracket, what, want{kind: wantStatement}, func() { args = append(args, p.pipeline()) })
	return args
}

// record reads {Name: expression, …}.
func (p *parser) record() node {
	n := &recordNode{span: span{p.at, p.at}}
	p.open("{")
	p.items("}", "the fields", want{}, func() {
		name, at := p.identifier()
		if p.space(); name == "" || !p.take(":") {
			p.fail(at, "for example: {Name: .Name, N: .Mailbox}", "a field is its name, a colon and a value")
			return
		}
		if slices.Contains(n.names, name) {
			p.fail(at, "", "the field %s is there twice", name)
		}
		n.names = append(n.names, name)
		n.values = append(n.values, p.expression())
	})
	n.to = p.at
	return n
}
