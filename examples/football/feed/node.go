package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxShown is how many characters of a wrong value an error shows.
const maxShown = 40

// node is a value of the file together with its place, so that every check can
// name the place by itself.
type node struct {
	file, match, field string
	// val is what encoding/json made of the value, with numbers left as
	// json.Number. Null and a field that is not there are both nil, since
	// files write either for what is not known.
	val any
}

// decode returns the root of the JSON document in data.
func decode(name string, data []byte) (node, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	top := node{file: name}
	if len(bytes.TrimSpace(data)) == 0 {
		return top, top.fail("the file is empty")
	}
	// Unmarshal checks the whole input, trailing text included, and counts its
	// offsets from the start; the decoder which can keep numbers does neither.
	var raw json.RawMessage
	err := json.Unmarshal(data, &raw)
	if err == nil {
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.UseNumber()
		err = dec.Decode(&top.val)
	}
	if err != nil {
		return top, malformed(name, data, err)
	}
	return top, nil
}

// malformed is the error for data that is not JSON.
func malformed(name string, data []byte, err error) *Error {
	e := &Error{File: name, What: "not valid JSON: " + err.Error(), Err: err}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		e.Line, e.Column = position(data, syntax.Offset)
	}
	return e
}

// position returns the line and column, in characters, of the last of the
// first read bytes of data.
func position(data []byte, read int64) (line, column int) {
	last := max(0, min(int(read), len(data))-1)
	before := data[:last]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}

// has reports whether there is a value.
func (n node) has() bool { return n.val != nil }

// get returns the field key of an object.
func (n node) get(key string) node {
	object, _ := n.val.(map[string]any)
	n.val = object[key]
	if n.field != "" {
		key = n.field + "." + key
	}
	n.field = key
	return n
}

// index returns the element i of an array.
func (n node) index(i int) node {
	array, _ := n.val.([]any)
	n.val = array[i]
	n.field += "[" + strconv.Itoa(i) + "]"
	return n
}

// fail returns an error at the node's place.
func (n node) fail(format string, args ...any) error {
	return &Error{File: n.file, Match: n.match, Field: n.field, What: fmt.Sprintf(format, args...)}
}

// want returns the error for a value that is not what it should be.
func (n node) want(what string) error {
	if !n.has() {
		return n.fail("missing, want %s", what)
	}
	return n.fail("want %s, got %s", what, n.shown())
}

// shown returns the value for an error: as in the file, but on one line and no
// longer than a reader needs to find it.
func (n node) shown() string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(n.val); err != nil {
		return fmt.Sprintf("a %T", n.val)
	}
	// JSON escapes only some of the control characters.
	printable := func(r rune) rune {
		if unicode.IsControl(r) {
			return utf8.RuneError
		}
		return r
	}
	text := []rune(strings.Map(printable, strings.TrimSpace(b.String())))
	if len(text) > maxShown {
		return string(text[:maxShown]) + "..."
	}
	return string(text)
}

// object checks that the value is an object.
func (n node) object(what string) error {
	if _, ok := n.val.(map[string]any); !ok {
		return n.want(what)
	}
	return nil
}

// array returns the elements of an array.
func (n node) array(what string) ([]node, error) {
	array, ok := n.val.([]any)
	if !ok {
		return nil, n.want(what)
	}
	nodes := make([]node, len(array))
	for i := range array {
		nodes[i] = n.index(i)
	}
	return nodes, nil
}

// number returns a whole number from lo to hi.
func (n node) number(what string, lo, hi int) (int, error) {
	literal, ok := n.val.(json.Number)
	if ok {
		i, err := strconv.Atoi(literal.String())
		if err == nil && lo <= i && i <= hi {
			return i, nil
		}
	}
	return 0, n.want(fmt.Sprintf("%s from %d to %d", what, lo, hi))
}

// optional checks a field whose value is not used, but which is known to be of
// a certain type.
func (n node) optional(what string, ok func(any) bool) error {
	if n.has() && !ok(n.val) {
		return n.want(what)
	}
	return nil
}

// text returns a string with something in it. It refuses control characters,
// because the names end up in tables and on terminals.
func (n node) text(what string) (string, error) {
	s, ok := n.val.(string)
	s = strings.TrimSpace(s)
	if !ok || s == "" || strings.ContainsFunc(s, unicode.IsControl) {
		return "", n.want(what)
	}
	return s, nil
}

func isString(v any) bool { _, ok := v.(string); return ok }

func isBool(v any) bool { _, ok := v.(bool); return ok }
