package shell

import "github.com/seed-7832d3a3/coppice/inspect"

// ParseValue reads one value as commands take it: a word, "a string", [a list] or
// {Field: value}. The error is an *Error; an expression is one, as there is
// nothing here to work it out of.
func ParseValue(text string) (inspect.Value, error) {
	p := NewSession(nil).parser(text)
	p.space()
	n := p.value(want{})
	if p.space(); p.err == nil && !p.end() {
		p.fail(p.next(), "a value with spaces in it is written in quotes", "%q is one too many here", p.excerpt())
	}
	if p.err != nil {
		return inspect.Value{}, p.err
	}
	v, _, err := (&compiler{text: text}).dataOf(nil, n, nil)
	return v, err
}
