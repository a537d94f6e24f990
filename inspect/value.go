package inspect

import (
	"fmt"
	"strconv"
	"strings"
)

// check reports whether exactly one of the fields of v is set.
func (v Value) check() error {
	n := 0
	for _, set := range [...]bool{v.Word != nil, v.String != nil, v.List != nil, v.Struct != nil} {
		if set {
			n++
		}
	}
	if n != 1 {
		return badf("", "a value is one of a word, a string, a list and a struct; here are %d of them", n)
	}
	return nil
}

// text returns what a word or a string says.
func (v Value) text() (string, bool) {
	switch {
	case v.Word != nil:
		return *v.Word, true
	case v.String != nil:
		return *v.String, true
	}
	return "", false
}

// unnamed returns the value of a struct with one field that has no name: what
// is written as Event goal.
func (v Value) unnamed() (Value, bool) {
	if v.Struct == nil || len(v.Struct.Fields) != 1 || v.Struct.Fields[0].Name != "" {
		return Value{}, false
	}
	return v.Struct.Fields[0].Value, true
}

// Format implements fmt.Formatter: it writes the value as one would type it, not
// too long.
func (v Value) Format(f fmt.State, _ rune) {
	var b strings.Builder
	v.write(&b, 0)
	text := []rune(b.String())
	if len(text) > 80 {
		text = append(text[:79], '…')
	}
	_, _ = f.Write([]byte(string(text)))
}

func (v Value) write(b *strings.Builder, deep int) {
	switch {
	case deep > maxNesting || b.Len() > 400:
		b.WriteString("…")
	case v.Word != nil:
		b.WriteString(*v.Word)
	case v.String != nil:
		b.WriteString(strconv.Quote(*v.String))
	case v.List != nil:
		b.WriteString("[")
		for i, item := range *v.List {
			if i > 0 {
				b.WriteString(", ")
			}
			item.write(b, deep+1)
		}
		b.WriteString("]")
	case v.Struct != nil:
		b.WriteString(v.Struct.Type + "{")
		for i, f := range v.Struct.Fields {
			if i > 0 {
				b.WriteString(", ")
			}
			if f.Name != "" {
				b.WriteString(f.Name + ": ")
			}
			f.Value.write(b, deep+1)
		}
		b.WriteString("}")
	}
}
