package inspect

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/internal/show"
)

// Decode makes a value of a Go type of what somebody wrote. The error is a
// *[BadError] that says where it does not fit and what would.
//
//   - A word is what the type wants: a string (of any named type), a number, a
//     bool, a duration (5s), a time (RFC 3339), what UnmarshalText of the type
//     reads, nil. Where any value is wanted, true, false and nil are what they
//     say, what looks like a number is an int or a float64, and all else is a
//     string. A quoted string is a string only.
//   - A list is a slice or an array of that very length.
//   - A struct is a struct, whose fields that are not named stay zero, or a map
//     with the names as keys. If it names a type it has to be the one wanted. A
//     field that the type does not have is refused, as is one given twice.
//   - A struct type with one field takes the bare value of that field. One
//     field without a name is a bare value, too: Event goal.
//
// Fields that are not exported cannot be written. A PID can be written only
// where there is a node to find it on, so not here.
func Decode(v Value, t reflect.Type) (reflect.Value, error) {
	return decoder{}.decode(v, t)
}

// maxNesting is how deep a value may be nested.
const maxNesting = 32

// A decoder makes Go values.
type decoder struct {
	pid  func(string) (coppice.PID, error) // nil: there is no node
	path string                            // where in the value, for errors
	deep int
	hide bool // what is written here is not to be seen, in errors either
}

func (d decoder) decode(v Value, t reflect.Type) (reflect.Value, error) {
	to := reflect.New(t).Elem()
	if err := d.into(to, v); err != nil {
		return reflect.Value{}, err
	}
	return to, nil
}

// at is the decoder of a part.
func (d decoder) at(path string) decoder {
	d.path += path
	d.deep++
	return d
}

// field is the decoder of a field.
func (d decoder) field(f goField) decoder {
	d = d.at("." + f.name)
	d.hide = d.hide || f.secret
	return d
}

// bad is the error of what is not what is wanted.
func (d decoder) bad(v Value, t reflect.Type, want string) error {
	text := fmt.Sprint(v)
	if d.hide {
		text = show.Redacted
	}
	return d.badf("want "+want, "%s is no %v", text, t)
}

// badf is the error of what is wrong at the decoder's path.
func (d decoder) badf(try, format string, args ...any) error {
	bad := badf(try, format, args...)
	bad.Path = strings.TrimPrefix(d.path, ".")
	if bad.Path != "" {
		bad.What = bad.Path + ": " + bad.What
	}
	return bad
}

var (
	pidType      = reflect.TypeFor[coppice.PID]()
	addrType     = reflect.TypeFor[coppice.Addr]()
	errorType    = reflect.TypeFor[error]()
	durationType = reflect.TypeFor[time.Duration]()
	timeType     = reflect.TypeFor[time.Time]()
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// into decodes v into a value that can be set.
func (d decoder) into(to reflect.Value, v Value) error {
	if err := v.check(); err != nil {
		return err
	}
	if d.deep > maxNesting {
		return badf("", "the value is nested too deep: more than %d", maxNesting)
	}
	t := to.Type()
	if bare, ok := v.unnamed(); ok && t.Kind() != reflect.Struct && named(v.Struct.Type, t) {
		d.deep++
		return d.into(to, bare)
	}
	text, isText := v.text()
	switch {
	case t == pidType || t == addrType:
		return d.address(to, v)
	case t == durationType && isText:
		return d.duration(to, v)
	case t != timeType && t.Kind() == reflect.Pointer:
		return d.pointer(to, v)
	case isText && t.Kind() != reflect.Interface && reflect.PointerTo(t).Implements(textType):
		if err := unmarshalText(to.Addr().Interface().(encoding.TextUnmarshaler), text); err != nil {
			want := "what it reads"
			if !d.hide {
				want += ": " + err.Error()
			}
			return d.bad(v, t, want)
		}
		return nil
	}
	switch t.Kind() {
	case reflect.Struct:
		return d.structure(to, v)
	case reflect.Map:
		return d.table(to, v)
	case reflect.Slice, reflect.Array:
		return d.list(to, v)
	case reflect.Interface:
		return d.any(to, v)
	}
	return d.basic(to, v)
}

// unmarshalText calls code of the type's, which may panic.
func unmarshalText(to encoding.TextUnmarshaler, text string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("its UnmarshalText panicked: %v", p)
		}
	}()
	return to.UnmarshalText([]byte(text))
}

func (d decoder) address(to reflect.Value, v Value) error {
	text, ok := v.text()
	if !ok {
		return d.bad(v, to.Type(), "a PID or a name")
	}
	if to.Type() == addrType && !strings.HasPrefix(text, "<") {
		to.Set(reflect.ValueOf(coppice.Name(text)))
		return nil
	}
	if d.pid == nil {
		return d.bad(v, to.Type(), "another type: there is no node to find it on")
	}
	pid, err := d.pid(text)
	if err != nil {
		return d.badf("", "%v", err)
	}
	to.Set(reflect.ValueOf(pid))
	return nil
}

func (d decoder) duration(to reflect.Value, v Value) error {
	text, _ := v.text()
	n, err := time.ParseDuration(text)
	if err != nil {
		return d.bad(v, to.Type(), "a duration like 1m30s")
	}
	to.SetInt(int64(n))
	return nil
}

func (d decoder) pointer(to reflect.Value, v Value) error {
	if v.Word != nil && *v.Word == "nil" {
		return nil
	}
	to.Set(reflect.New(to.Type().Elem()))
	d.deep++ // or a type that is a pointer to itself would have no end
	return d.into(to.Elem(), v)
}

// basic decodes what is written as one word.
func (d decoder) basic(to reflect.Value, v Value) error {
	t := to.Type()
	text, ok := v.text()
	if !ok {
		return d.bad(v, t, wanted(t))
	}
	if t.Kind() == reflect.String {
		to.SetString(text)
		return nil
	}
	var err error
	switch {
	case v.Word == nil:
		err = errors.New("it is quoted")
	case t.Kind() == reflect.Bool:
		switch text {
		case "true", "false":
			to.SetBool(text == "true")
		default:
			err = strconv.ErrSyntax
		}
	case to.CanInt():
		var n int64
		n, err = strconv.ParseInt(text, 10, t.Bits())
		to.SetInt(n)
	case to.CanUint():
		var n uint64
		n, err = strconv.ParseUint(text, 10, t.Bits())
		to.SetUint(n)
	case to.CanFloat():
		var n float64
		n, err = strconv.ParseFloat(text, t.Bits())
		to.SetFloat(n)
	case text == "nil" && (t.Kind() == reflect.Chan || t.Kind() == reflect.Func):
	default:
		return d.bad(v, t, "another type: a "+t.Kind().String()+" cannot be written")
	}
	if err != nil {
		return d.bad(v, t, wanted(t))
	}
	return nil
}

// wanted says how to write a value of a type.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a word or a \"string\""
	case reflect.Bool:
		return "true or false"
	case reflect.Float32, reflect.Float64:
		return "a number"
	}
	return fmt.Sprintf("a whole number that fits in %v", t.Kind())
}

func (d decoder) list(to reflect.Value, v Value) error {
	t := to.Type()
	if v.Word != nil && *v.Word == "nil" && t.Kind() == reflect.Slice {
		return nil
	}
	if text, ok := v.text(); ok && t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 {
		to.SetBytes([]byte(text))
		return nil
	}
	if v.List == nil {
		return d.bad(v, t, "a list like [a, b]")
	}
	items := *v.List
	if t.Kind() == reflect.Array {
		if len(items) != t.Len() {
			return d.bad(v, t, fmt.Sprintf("%d items", t.Len()))
		}
	} else {
		to.Set(reflect.MakeSlice(t, len(items), len(items)))
	}
	for i, item := range items {
		if err := d.at(fmt.Sprintf("[%d]", i)).into(to.Index(i), item); err != nil {
			return err
		}
	}
	return nil
}

func (d decoder) table(to reflect.Value, v Value) error {
	t := to.Type()
	if v.Word != nil && *v.Word == "nil" {
		return nil
	}
	if v.Struct == nil {
		return d.bad(v, t, "a map like {a: 1, b: 2}")
	}
	to.Set(reflect.MakeMapWithSize(t, len(v.Struct.Fields)))
	for _, f := range v.Struct.Fields {
		d := d.at("." + f.Name)
		key, err := d.decode(Value{Word: &f.Name}, t.Key())
		if err != nil {
			return err
		}
		if !key.Comparable() {
			return d.bad(Value{Word: &f.Name}, t.Key(), "a key that can be compared")
		}
		if to.MapIndex(key).IsValid() {
			return d.badf("", "the key is given twice")
		}
		value, err := d.decode(f.Value, t.Elem())
		if err != nil {
			return err
		}
		to.SetMapIndex(key, value)
	}
	return nil
}

// any decodes into an interface, with the type that the text suggests.
func (d decoder) any(to reflect.Value, v Value) error {
	t := to.Type()
	text, isText := v.text()
	switch {
	case v.Word != nil && text == "nil":
		return nil
	case isText && t == errorType:
		to.Set(reflect.ValueOf(errors.New(text)))
		return nil
	case t.NumMethod() > 0:
		return d.bad(v, t, "another type: what implements an interface cannot be told from what is written")
	case v.Word != nil:
		to.Set(reflect.ValueOf(guess(text)))
		return nil
	case isText:
		to.Set(reflect.ValueOf(text))
		return nil
	case v.Struct != nil && v.Struct.Type != "":
		return d.bad(v, t, "a value without the name of a type: only the program knows its types")
	}
	as := reflect.TypeFor[map[string]any]()
	if v.List != nil {
		as = reflect.TypeFor[[]any]()
	}
	value, err := d.at("").decode(v, as)
	if err == nil {
		to.Set(value)
	}
	return err
}

// guess is what a word stands for where any value is wanted.
func guess(word string) any {
	switch word {
	case "true":
		return true
	case "false":
		return false
	}
	if n, err := strconv.Atoi(word); err == nil {
		return n
	}
	// As numbers are written: not Inf, NaN and 0x1p-2.
	if strings.Trim(word, "+-.0123456789eE") == "" {
		if n, err := strconv.ParseFloat(word, 64); err == nil {
			return n
		}
	}
	return word
}
