package conformance

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A Term is a value of the scenario language: [Int], [Atom], [Tuple], [List]
// or [PIDName]. String gives it as a script has it, so ParseTerm reads it back.
type Term interface {
	fmt.Stringer
	// trace is the text of the term in a trace, where a pid is its bare name.
	trace() string
}

// Int is an integer term.
type Int int

// Atom is a word: letters, digits and _ . @ # ? ! - that are no integer.
type Atom string

// Tuple is a term {T,T}.
type Tuple []Term

// List is a term [T,T].
type List []Term

// PIDName is the pid of the process of that name: %a or %a#1.
type PIDName string

func (n Int) String() string     { return strconv.Itoa(int(n)) }
func (a Atom) String() string    { return string(a) }
func (t Tuple) String() string   { return "{" + join(t, Term.String) + "}" }
func (l List) String() string    { return "[" + join(l, Term.String) + "]" }
func (p PIDName) String() string { return "%" + string(p) }

func (n Int) trace() string     { return n.String() }
func (a Atom) trace() string    { return string(a) }
func (t Tuple) trace() string   { return "{" + join(t.shown(), Term.trace) + "}" }
func (l List) trace() string    { return "[" + join(l, Term.trace) + "]" }
func (p PIDName) trace() string { return string(p) }

// shown leaves out the word process of a term that looks like what a monitor
// sends, as it is left out there.
func (t Tuple) shown() []Term {
	if len(t) == 5 && t[0] == Term(Atom("DOWN")) && t[2] == Term(Atom("process")) {
		return []Term{t[0], t[1], t[3], t[4]}
	}
	return t
}

func join(terms []Term, text func(Term) string) string {
	words := make([]string, len(terms))
	for i, t := range terms {
		words[i] = text(t)
	}
	return strings.Join(words, ",")
}

// equalTerms compares terms by their text: the grammar is unambiguous, so two
// terms that differ are written differently. For the same reason the text
// serves as the key of a map.
func equalTerms(a, b Term) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return a.String() == b.String()
}

// tagged gives the elements behind the tag of a tuple {tag,...} that has n of
// them.
func tagged(t Term, tag Atom, n int) ([]Term, bool) {
	tuple, ok := t.(Tuple)
	if !ok || len(tuple) != n+1 || tuple[0] != Term(tag) {
		return nil, false
	}
	return tuple[1:], true
}

// resolve replaces the names of pids in a term: name gives the text by which a
// process is known in the trace, and false when it was never started.
func resolve(t Term, name func(string) (string, bool)) Term {
	switch t := t.(type) {
	case PIDName:
		if full, ok := name(string(t)); ok {
			return PIDName(full)
		}
		return Atom("nil")
	case Tuple:
		return Tuple(resolveAll(t, name))
	case List:
		return List(resolveAll(t, name))
	}
	return t
}

func resolveAll(terms []Term, name func(string) (string, bool)) []Term {
	out := make([]Term, len(terms))
	for i, t := range terms {
		out[i] = resolve(t, name)
	}
	return out
}

// maxNesting keeps the recursion of the parser from exhausting the stack.
const maxNesting = 1000

// ParseTerm reads a term that takes the whole text.
func ParseTerm(text string) (Term, error) {
	t, rest, err := parseTerm(text, 0)
	if err != nil {
		return nil, err
	}
	if rest != "" {
		return nil, fmt.Errorf("bad term %s: unexpected %q", text, rest)
	}
	return t, nil
}

func parseTerm(text string, depth int) (t Term, rest string, err error) {
	if depth > maxNesting {
		return nil, "", errors.New("bad term: nested too deeply")
	}
	switch {
	case strings.HasPrefix(text, "{"):
		items, rest, err := parseItems(text[1:], '}', depth)
		return Tuple(items), rest, err
	case strings.HasPrefix(text, "["):
		items, rest, err := parseItems(text[1:], ']', depth)
		return List(items), rest, err
	case strings.HasPrefix(text, "%"):
		word, rest, err := parseWord(text[1:])
		return PIDName(word), rest, err
	}
	word, rest, err := parseWord(text)
	if err != nil {
		return nil, "", err
	}
	if !isNumber(word) {
		return Atom(word), rest, nil
	}
	n, err := strconv.Atoi(word)
	if err != nil {
		return nil, "", fmt.Errorf("bad term: %s is too large", word)
	}
	return Int(n), rest, nil
}

func parseItems(text string, end byte, depth int) (items []Term, rest string, err error) {
	if text != "" && text[0] == end {
		return nil, text[1:], nil
	}
	for {
		item, rest, err := parseTerm(text, depth+1)
		if err != nil {
			return nil, "", err
		}
		items = append(items, item)
		switch {
		case rest != "" && rest[0] == ',':
			text = rest[1:]
		case rest != "" && rest[0] == end:
			return items, rest[1:], nil
		default:
			return nil, "", fmt.Errorf("bad term: , or %c was expected at %q", end, rest)
		}
	}
}

func parseWord(text string) (word, rest string, err error) {
	n := 0
	for n < len(text) && isWordByte(text[n]) {
		n++
	}
	if n == 0 {
		return "", "", fmt.Errorf("bad term: a word was expected at %q", text)
	}
	return text[:n], text[n:], nil
}

func isWordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || isDigit(c) || strings.IndexByte("_.@#?!-", c) >= 0
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isNumber tells whether the text is an integer, with or without a minus.
func isNumber(text string) bool { return isNatural(strings.TrimPrefix(text, "-")) }

// isNatural tells whether the text consists of digits.
func isNatural(text string) bool {
	for i := range len(text) {
		if !isDigit(text[i]) {
			return false
		}
	}
	return text != ""
}
