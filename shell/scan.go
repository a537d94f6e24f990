package shell

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A parser reads a program. The first error ends it: from then on it is at the
// end of the text, and what it returns is of no use.
type parser struct {
	text  string
	at    int
	depth int // open brackets: inside of them the end of a line is white space
	nest  int // of the parser's own functions
	err   *Error

	words      vocabulary
	completing bool // what is at the end of the text may go on
	expanded   int  // aliases

	want  *want        // what the last word of the text could be
	left  []node       // the left sides of the stages that the parser is in
	about *commandNode // in what looks at something: the command
}

// maxNest is how deep a program may be nested.
const maxNest = 200

func (p *parser) fail(at span, try, format string, args ...any) {
	if p.err == nil {
		p.err = errorAt(p.text, at, try, format, args...)
	}
	p.at = len(p.text)
}

// failOpen fails because the text ends too early: more lines can follow.
func (p *parser) failOpen(try, format string, args ...any) {
	first := p.err == nil
	p.fail(span{len(p.text), len(p.text)}, try, format, args...)
	if first {
		p.err.open = true
	}
}

// enter guards against programs that are nested too deeply.
func (p *parser) enter() (ok bool) {
	if p.nest++; p.nest > maxNest {
		p.fail(span{p.at, p.at}, "", "this is nested too deeply: %d levels are the limit", maxNest)
		return false
	}
	return true
}

func (p *parser) leave() { p.nest-- }

// rest is the text from here on.
func (p *parser) rest() string { return p.text[p.at:] }

func (p *parser) end() bool { return p.at >= len(p.text) }

// space skips white space and comments.
func (p *parser) space() {
	for !p.end() {
		switch c := p.text[p.at]; {
		case c == ' ', c == '\t', c == '\r', c == '\n' && p.depth > 0:
			p.at++
		case c == '#':
			line, _, _ := strings.Cut(p.rest(), "\n")
			p.at += len(line)
		default:
			return
		}
	}
}

// statementEnds reports whether nothing more of this statement follows.
func (p *parser) statementEnds() bool {
	p.space()
	return p.end() || strings.ContainsRune("\n;|)", rune(p.text[p.at]))
}

// take takes a token if it is next.
func (p *parser) take(token string) bool {
	if !strings.HasPrefix(p.rest(), token) {
		return false
	}
	p.at += len(token)
	return true
}

func isLetter(r rune) bool { return r == '_' || unicode.IsLetter(r) }

// isWord reports whether a rune can be part of a bare word: a name, a pid, a
// number, a reason.
func isWord(r rune) bool {
	return !unicode.IsSpace(r) && !unicode.IsControl(r) && !strings.ContainsRune("(){}[],|;\"`", r)
}

func isIdentifier(r rune) bool { return isLetter(r) || unicode.IsDigit(r) }

// run takes the runes that belong to a word.
func (p *parser) run(belongs func(rune) bool) (string, span) {
	from := p.at
	for !p.end() {
		r, size := utf8.DecodeRuneInString(p.rest())
		if !belongs(r) {
			break
		}
		p.at += size
	}
	return p.text[from:p.at], span{from, p.at}
}

// identifier takes a name of the language, or nothing.
func (p *parser) identifier() (string, span) {
	if r, _ := utf8.DecodeRuneInString(p.rest()); !isLetter(r) {
		return "", span{p.at, p.at}
	}
	return p.run(isIdentifier)
}

// quoted takes a string in quotes, as in Go.
func (p *parser) quoted() (string, span) {
	from := p.at
	raw, err := strconv.QuotedPrefix(p.rest())
	if err != nil {
		if p.text[from] == '`' {
			p.failOpen("a string in back quotes ends with one", "the string that begins with a back quote does not end")
			return "", span{}
		}
		line, _, _ := strings.Cut(p.rest(), "\n")
		p.fail(span{from, from + len(line)}, `a string is "like this"; \" and \\ stand for a quote and a backslash in it`, "this string is not well formed")
		return "", span{}
	}
	p.at += len(raw)
	text, err := strconv.Unquote(raw)
	if err != nil {
		p.fail(span{from, p.at}, "", "this string is not well formed")
	}
	return text, span{from, p.at}
}

// open takes an opening bracket; within, lines do not end statements.
func (p *parser) open(bracket string) bool {
	if !p.take(bracket) {
		return false
	}
	p.depth++
	return true
}

// close takes the closing bracket that must be next.
func (p *parser) close(bracket, after string) {
	p.space()
	switch {
	case p.take(bracket):
		p.depth--
	case p.end():
		p.failOpen("", "%q is missing after %s", bracket, after)
	default:
		p.fail(p.next(), "", "here should be %q after %s, and not %q", bracket, after, p.excerpt())
	}
}

// next is where the next word, or the next character, is.
func (p *parser) next() span {
	from := p.at
	_, at := p.run(isWord)
	p.at = from
	if at.from == at.to && !p.end() {
		_, size := utf8.DecodeRuneInString(p.rest())
		at.to += size
	}
	return at
}

func (p *parser) excerpt() string {
	at := p.next()
	return p.text[at.from:at.to]
}
