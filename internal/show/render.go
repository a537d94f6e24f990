package show

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// String gives the text of a value; a string alone is not quoted.
func (s *Shown) String() string {
	if s.kind == quoted {
		return s.text
	}
	return s.inner()
}

// inner is the text of a value in another one.
func (s *Shown) inner() string {
	var b strings.Builder
	s.write(&b)
	return b.String()
}

func (s *Shown) write(b *strings.Builder) {
	begin, end, sep := "{", "}", " "
	switch s.kind {
	case word, number:
		b.WriteString(s.text)
		return
	case quoted:
		b.WriteString(strconv.Quote(s.text))
		return
	case mapped:
		begin, end = "map[", "]"
	case list:
		begin, end = "[", "]"
	}
	if s.to {
		b.WriteString("&")
	}
	b.WriteString(begin)
	for i, it := range s.items {
		if i > 0 {
			b.WriteString(sep)
		}
		if it.key != "" {
			b.WriteString(it.key + ":")
		}
		it.value.write(b)
	}
	b.WriteString(end)
}

// MarshalJSON gives the value as JSON, the fields in their order.
func (s *Shown) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	s.writeJSON(&b)
	return b.Bytes(), nil
}

func (s *Shown) writeJSON(b *bytes.Buffer) {
	switch s.kind {
	case number:
		b.Write(jsonNumber(s.text))
		return
	case word, quoted:
		writeString(b, s.text)
		return
	case list:
		b.WriteByte('[')
		for i, it := range s.items {
			if i > 0 {
				b.WriteByte(',')
			}
			it.value.writeJSON(b)
		}
		b.WriteByte(']')
		return
	}
	b.WriteByte('{')
	for i, it := range s.items {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := strconv.Unquote(it.key) // of a map with strings
		if err != nil {
			key = it.key
		}
		if key == "" {
			key = "…"
		}
		writeString(b, key)
		b.WriteByte(':')
		it.value.writeJSON(b)
	}
	b.WriteByte('}')
}

// jsonNumber is what JSON has for a number, true, false and nil; a number that
// was cut or is none for JSON is a string.
func jsonNumber(text string) []byte {
	if text == "nil" {
		return []byte("null")
	}
	if json.Valid([]byte(text)) {
		return []byte(text)
	}
	return []byte(strconv.Quote(text))
}

func writeString(b *bytes.Buffer, s string) {
	text, err := json.Marshal(s)
	if err != nil { // it does not fail for strings
		text = []byte(`""`)
	}
	b.Write(text)
}
