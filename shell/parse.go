package shell

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Unfinished reports whether a text ends where more must follow: a bracket is
// open, or a bar is the last thing in it. A shell then reads another line.
func (s *Session) Unfinished(text string) bool {
	p := s.parser(text)
	p.program()
	return p.err != nil && p.err.open
}

// parser begins to read a text.
func (s *Session) parser(text string) *parser {
	return &parser{text: text, words: vocabulary{s.words.commands, maps.Clone(s.words.aliases)}}
}

func (p *parser) program() (all []*statement) {
	for {
		for p.statementEnds(); !p.end() && strings.ContainsRune("\n;", rune(p.text[p.at])); p.space() {
			p.at++
		}
		if p.end() {
			p.mark(p.at, want{kind: wantStatement})
			return all
		}
		s := p.statement()
		switch {
		case !p.statementEnds() || strings.HasPrefix(p.rest(), ")"):
			p.fail(p.next(), "", "%q is one too many here", p.excerpt())
		case p.err == nil:
			all = append(all, s)
		}
		if p.end() {
			return all
		}
	}
}

// statement reads [[let] NAME =] PIPELINE.
func (p *parser) statement() *statement {
	from := p.at
	name, at := p.assigned()
	body := p.pipeline()
	if name != "" {
		if taken := p.words.taken(name); taken != "" {
			p.fail(at, "choose another name", "%s is %s, and cannot be a variable", name, taken)
		}
	}
	return &statement{span{from, p.at}, name, body}
}

// assigned reads "NAME =", or nothing.
func (p *parser) assigned() (string, span) {
	from := p.at
	name, at := p.identifier()
	let := false
	if name == "let" {
		let = true
		p.space()
		name, at = p.identifier()
	}
	p.space()
	if name != "" && !strings.HasPrefix(p.rest(), "==") && p.take("=") {
		p.space()
		return name, at
	}
	if let {
		p.fail(p.next(), "for example: let n = procs() | count", "let needs a name, = and a value")
	}
	p.at = from
	return "", span{}
}

// pipeline reads SOURCE { | STAGE }.
func (p *parser) pipeline() node {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	p.space()
	left := p.source()
	for p.space(); p.take("|"); p.space() {
		left = p.stage(left)
	}
	return left
}

// source reads a command or an expression.
func (p *parser) source() node {
	from := p.at
	word, at := p.run(isWord)
	p.mark(from, want{kind: wantStatement})
	if p.expand(word, at) {
		return p.source()
	}
	c, known := p.words.command(word)
	if known && !strings.HasPrefix(p.rest(), "(") {
		return p.command(c, at)
	}
	p.at = from
	x := p.expression()
	if v, ok := x.(*variable); ok && !p.statementEnds() && p.err == nil {
		// Two words in a row are a command that does not exist.
		if r, _ := utf8.DecodeRuneInString(p.rest()); isWord(r) || r == '{' || r == '"' {
			p.fail(v.span, p.words.meant(v.name), "there is no command %s", v.name)
		}
	}
	return x
}

// stage reads NAME[(ARGS)] behind a bar.
func (p *parser) stage(left node) node {
	p.depth++ // behind a bar another line may follow
	p.space()
	p.depth--
	name, at := p.identifier()
	p.mark(at.from, want{kind: wantStage, of: left})
	if name == "" && p.end() {
		p.failOpen("for example: procs() | filter(.Mailbox > 5)", "nothing follows the bar")
		return nil
	}
	fn := functions[name]
	if fn == nil {
		if name == "" {
			at, name = p.next(), p.excerpt()
		}
		p.fail(at, meant(name, functionNames(), "there is"), "nothing called %q can follow a bar", name)
		return nil
	}
	var args []node
	if p.open("(") {
		p.left = append(p.left, left)
		args = p.list(")", name+"(")
		p.left = p.left[:len(p.left)-1]
	}
	return &stage{span{at.from, p.at}, fn, left, args}
}

// command reads the arguments of a command, whose name has been read.
func (p *parser) command(c *command, at span) node {
	n := &commandNode{span: at, command: c, options: c.defaults()}
	for _, a := range c.args {
		p.options(n)
		before := p.at
		ends := p.statementEnds()
		if p.at > before {
			p.mark(p.at, want{kind: a.kind, command: n})
		}
		if ends {
			if !a.optional {
				p.fail(span{p.at, p.at}, "usage: "+c.usage(), "%s needs %s", c.name, a.what())
			}
			break
		}
		n.args = append(n.args, p.argument(n, a))
	}
	p.options(n)
	if !p.statementEnds() {
		p.fail(p.next(), "usage: "+c.usage(), "%q is one too many for %s", p.excerpt(), c.name)
	}
	n.to = p.at
	return n
}

// argument reads one argument of a command.
func (p *parser) argument(n *commandNode, a argument) *valueNode {
	from := p.at
	switch a.kind {
	case wantMessage:
		return p.message(n)
	case wantRest:
		line, _, _ := strings.Cut(p.rest(), "\n")
		p.at += len(line)
		if name, text, err := ParseAlias(line); err == nil {
			p.words.aliases[name] = text // for the lines that follow
		}
		return &valueNode{span: span{from, p.at}, kind: aString, text: line}
	case wantLook:
		p.about = n
		look := p.expression()
		p.about = nil
		return &valueNode{span: span{from, p.at}, kind: anExpression, inside: look}
	}
	v := p.value(want{kind: a.kind, command: n})
	if plain := v.kind == aWord || v.kind == aString || v.kind == anExpression; !plain && a.kind != wantValue {
		p.fail(span{from, p.at}, "usage: "+n.command.usage(), "%s of %s is a word", a.name, n.command.name)
	}
	return v
}

// message reads NAME[{…}], or NAME and a bare value.
func (p *parser) message(n *commandNode) *valueNode {
	v := p.value(want{kind: wantMessage, command: n})
	if v.kind == anExpression || v.kind == aStruct && v.text != "" {
		return v
	}
	if v.kind != aWord {
		p.fail(v.span, "for example: "+n.command.name+" cache Save {Value: hola}", "a message begins with its name")
		return v
	}
	m := &valueNode{span: v.span, kind: aStruct, text: v.text}
	if p.statementEnds() {
		return m
	}
	bare := p.value(want{kind: wantValue, command: n, message: v.text})
	m.items, m.names = []*valueNode{bare}, []string{""}
	m.to = p.at
	return m
}

// value reads plain data: a word, a string, a list, a struct, or an expression
// in parentheses. w is what a word here could be.
func (p *parser) value(w want) *valueNode {
	v := &valueNode{span: span{p.at, p.at}}
	if !p.enter() {
		return v
	}
	defer p.leave()
	r, _ := utf8.DecodeRuneInString(p.rest())
	switch {
	case p.open("("):
		v.kind = anExpression
		v.inside = p.pipeline()
		p.close(")", "the expression")
	case p.open("["):
		v.kind = aList
		p.items("]", "the list", want{}, func() { v.items = append(v.items, p.value(want{})) })
	case r == '{':
		p.structure(v, w)
	case r == '"' || r == '`':
		v.kind = aString
		v.text, _ = p.quoted()
	case p.end() || !isWord(r):
		p.fail(p.next(), `a value is a word, "a string", [a list], {Field: value} or (an expression)`, "here should be a value")
	default:
		v.text, _ = p.run(isWord)
		p.mark(v.from, w)
		after := p.at
		if p.space(); (w.kind == wantMessage || w.kind == wantValue || w.kind == wantNothing) && strings.HasPrefix(p.rest(), "{") {
			if w.kind == wantMessage {
				w.message, w.path = v.text, nil
			}
			p.structure(v, w)
		} else {
			p.at = after
		}
	}
	v.to = p.at
	return v
}

// structure reads {Field: value, …}.
func (p *parser) structure(v *valueNode, w want) {
	v.kind = aStruct
	key := w
	key.kind = wantField
	p.open("{")
	p.items("}", "the fields", key, func() {
		name, at := p.identifier()
		p.mark(at.from, key)
		if name == "" {
			p.fail(p.next(), "for example: {Value: hola}", "here should be the name of a field")
			return
		}
		if p.space(); !p.take(":") {
			if p.end() {
				p.failOpen("", `":" and a value are missing after the field %s`, name)
			} else {
				p.fail(p.next(), "for example: {"+name+": 1}", `here should be ":" after the field %s`, name)
			}
			return
		}
		p.space()
		inside := w
		inside.kind, inside.path = wantValue, append(slices.Clone(w.path), name)
		if p.end() {
			p.failOpen("", "a value is missing after the field %s", name)
			return
		}
		v.names = append(v.names, name)
		v.items = append(v.items, p.value(inside))
	})
}

// items reads what stands between two brackets, with commas between. w is what
// an item begins with.
func (p *parser) items(bracket, what string, w want, item func()) {
	for p.space(); !strings.HasPrefix(p.rest(), bracket); p.space() {
		if p.end() {
			p.mark(p.at, w)
			break
		}
		item()
		if p.space(); !p.take(",") {
			break
		}
	}
	p.close(bracket, what)
}
