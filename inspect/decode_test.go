package inspect_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/inspect"
)

func word(s string) inspect.Value           { return inspect.Value{Word: &s} }
func quoted(s string) inspect.Value         { return inspect.Value{String: &s} }
func list(v ...inspect.Value) inspect.Value { return inspect.Value{List: &v} }

// structure makes a struct of a type name, and of field names and values.
func structure(name string, fields ...any) inspect.Value {
	s := &inspect.Struct{Type: name}
	for i := 0; i < len(fields); i += 2 {
		s.Fields = append(s.Fields, inspect.Field{Name: fields[i].(string), Value: fields[i+1].(inspect.Value)})
	}
	return inspect.Value{Struct: s}
}

type (
	Kind  string
	Level int8
	Event struct{ Kind Kind }
	Order struct {
		genserver.Returns[int]
		ID    string
		Count uint8
		Tags  []Kind
		Limit *time.Duration
		note  string
	}
	Base   struct{ Name string }
	Nested struct {
		Base
		Orders map[Kind]Order
	}
	Loop  *Loop
	Upper string
)

func (u *Upper) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		return errors.New("it is empty")
	}
	*u = Upper(strings.ToUpper(string(text)))
	return nil
}

func TestDecode(t *testing.T) {
	second := time.Second
	for _, c := range []struct {
		value inspect.Value
		want  any
	}{
		{word("goal"), "goal"},
		{quoted("12"), "12"},
		{word("nil"), "nil"},
		{word("goal"), Kind("goal")},
		{word("-12"), Level(-12)},
		{word("200"), uint8(200)},
		{word("1.5"), 1.5},
		{word("true"), true},
		{word("1m30s"), 90 * time.Second},
		{word("2026-01-02T03:04:05Z"), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
		{word("loud"), Upper("LOUD")},
		{word("cache"), coppice.Name("cache")},
		{word("nil"), (*int)(nil)},
		{word("abc"), []byte("abc")},
		{word("nil"), []int(nil)},
		{list(), []int{}},
		{list(word("1"), word("2")), []int{1, 2}},
		{list(word("1"), word("2")), [2]int{1, 2}},
		{structure("", "a", word("1")), map[string]int{"a": 1}},
		{structure("", "1", word("a")), map[int]Kind{1: "a"}},
		{word("goal"), Event{"goal"}},
		{structure("", "Kind", word("goal")), Event{"goal"}},
		{structure("Event", "Kind", word("goal")), Event{"goal"}},
		{structure("inspect_test.Event", "", word("goal")), Event{"goal"}},
		{structure("Kind", "", word("goal")), Kind("goal")},
		{structure("Event"), Event{}},
		{structure("", "a", word("1")), struct{ Values map[string]int }{map[string]int{"a": 1}}},
		{structure("", "Kind", word("x")), struct{ Inner Event }{Event{"x"}}},
		{structure("Order", "ID", word("x"), "Count", word("2"), "Tags", list(word("a")), "Limit", word("1s")),
			Order{ID: "x", Count: 2, Tags: []Kind{"a"}, Limit: &second, note: ""}},
		{structure("", "Name", word("n"), "Orders", structure("", "k", structure("Order", "ID", word("x")))),
			Nested{Base{"n"}, map[Kind]Order{"k": {ID: "x"}}}},
	} {
		got, err := inspect.Decode(c.value, reflect.TypeOf(c.want))
		if err != nil || !reflect.DeepEqual(got.Interface(), c.want) {
			t.Errorf("%v as %T: %v, %v; want %v", c.value, c.want, got, err, c.want)
		}
	}
}

// What a word stands for where anything goes.
func TestDecodeAny(t *testing.T) {
	for _, c := range []struct {
		value inspect.Value
		want  any
	}{
		{word("12"), 12}, {word("1.5"), 1.5}, {word("-1e3"), -1000.0}, {word("true"), true}, {word("nil"), nil},
		{word("NaN"), "NaN"}, {word("goal"), "goal"}, {quoted("12"), "12"},
		{list(word("1"), word("a")), []any{1, "a"}},
		{structure("", "a", list(word("1"))), map[string]any{"a": []any{1}}},
	} {
		got, err := inspect.Decode(c.value, reflect.TypeFor[any]())
		if err != nil || !reflect.DeepEqual(got.Interface(), c.want) {
			t.Errorf("%v: %v, %v; want %#v", c.value, got, err, c.want)
		}
	}
	got, err := inspect.Decode(word("full"), reflect.TypeFor[error]())
	if err != nil || got.Interface().(error).Error() != "full" {
		t.Errorf("%v, %v", got, err)
	}
	got, err = inspect.Decode(word("cache"), reflect.TypeFor[coppice.Addr]())
	if err != nil || got.Interface() != coppice.Name("cache") {
		t.Errorf("%v, %v", got, err)
	}
}

func TestDecodeSaysWhatIsWrong(t *testing.T) {
	deep := word("1")
	for range 100 {
		deep = list(deep)
	}
	for _, c := range []struct {
		value inspect.Value
		as    any
		want  string
	}{
		{word("many"), 1, "many is no int; want a whole number that fits in int"},
		{word("200"), Level(0), "fits in int8"},
		{word("-1"), uint8(0), "fits in uint8"},
		{quoted("1"), 1, `"1" is no int`},
		{word("yes"), true, "true or false"},
		{word("soon"), second, "a duration like 1m30s"},
		{quoted(""), Upper(""), "it is empty"},
		{word("1"), []int{}, "a list like [a, b]"},
		{list(word("1")), [2]int{}, "want 2 items"},
		{list(word("1"), word("x")), []int{}, "[1]: x is no int"},
		{list(word("1")), "", "a word or a"},
		{word("1"), map[string]int{}, "a map like {a: 1, b: 2}"},
		{structure("", "a", word("1"), "a", word("2")), map[string]int{}, "a: the key is given twice"},
		{word("x"), Order{}, "want the fields by their names: Order {ID: string, Count: uint8,"},
		{structure("", "Id", word("x")), Order{}, "has no field Id (did you mean ID?); it has ID, Count, Tags, Limit"},
		{structure("", "note", word("x")), Order{}, "has no field note; it has ID"},
		{structure("", "ID", word("x"), "ID", word("y")), Order{}, "field ID is given twice"},
		{structure("Order", "Kind", word("x")), Event{}, "want a Event"},
		{structure("", "X", word("x")), struct{}{}, "it has none"},
		{structure("", "Count", word("300")), Order{}, "Count: 300 is no uint8"},
		{structure("", "Tags", list(list())), Order{}, "Tags[0]: [] is no inspect_test.Kind"},
		{structure("Order", "ID", word("x")), new(any), "only the program knows its types"},
		{word("x"), new(fmt.Stringer), "cannot be told from what is written"},
		{word("<0.1.0>"), coppice.PID{}, "there is no node to find it on"},
		{word("f"), func() {}, "a func cannot be written"},
		{deep, new(any), "nested too deep"},
		{word("x"), Loop(nil), "nested too deep"},
		{inspect.Value{}, 1, "here are 0 of them"},
	} {
		as := reflect.TypeOf(c.as)
		if as.Kind() == reflect.Pointer && as.Elem().Kind() == reflect.Interface {
			as = as.Elem()
		}
		got, err := inspect.Decode(c.value, as)
		var bad *inspect.BadError
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v as %v: %v, %v; want the error %s", c.value, as, got, err, c.want)
		}
	}
}

// A part that is wrong is named, so that a form can show it.
func TestDecodeSaysWhere(t *testing.T) {
	order := func(field string, v inspect.Value) inspect.Value { return structure("", field, v) }
	for _, c := range []struct {
		value inspect.Value
		as    any
		want  string
	}{
		{word("many"), 1, ""},
		{order("Count", word("300")), Order{}, "Count"},
		{order("Tags", list(word("a"), list())), Order{}, "Tags[1]"},
		{order("Orders", structure("", "x", order("Limit", word("soon")))), Nested{}, "Orders.x.Limit"},
		{order("Orders", structure("", "x", order("Limt", word("1")))), Nested{}, "Orders.x"},
		{order("Orders", structure("", "x", structure("", "Limit", word("1s"), "Limit", word("2s")))), Nested{}, "Orders.x"},
		{structure("", "a", word("1"), "a", word("2")), map[string]int{}, "a"},
		{structure("", "a", word("1")), map[int]int{}, "a"},
	} {
		_, err := inspect.Decode(c.value, reflect.TypeOf(c.as))
		var bad *inspect.BadError
		if !errors.As(err, &bad) || bad.Path != c.want || !strings.HasPrefix(bad.What, bad.Path) {
			t.Errorf("%v as %T: %q, %v; want %q", c.value, c.as, bad.Path, err, c.want)
		}
	}
}

const second = time.Second

// Whatever is written, Decode neither panics nor returns a value of another type.
func FuzzDecode(f *testing.F) {
	for _, v := range []inspect.Value{
		word("12"), quoted("x"), list(word("1")), structure("Order", "ID", word("x")), structure("", "", word("x")), {},
	} {
		text, err := json.Marshal(v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	types := []reflect.Type{
		reflect.TypeFor[string](), reflect.TypeFor[int8](), reflect.TypeFor[float64](), reflect.TypeFor[any](),
		reflect.TypeFor[error](), reflect.TypeFor[Order](), reflect.TypeFor[Nested](), reflect.TypeFor[*Event](),
		reflect.TypeFor[Loop](), reflect.TypeFor[map[any]any](), reflect.TypeFor[[2]Upper](), reflect.TypeFor[chan int](),
		reflect.TypeFor[time.Time](), reflect.TypeFor[coppice.Addr](), reflect.TypeFor[[]byte](),
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var v inspect.Value
		if json.Unmarshal(text, &v) != nil {
			return
		}
		_ = fmt.Sprint(v)
		for _, as := range types {
			if got, err := inspect.Decode(v, as); err == nil && got.Type() != as {
				t.Errorf("%v as %v is a %v", v, as, got.Type())
			}
		}
	})
}

func ExampleDecode() {
	type Save struct{ Value string }
	hello := "hello"
	save, err := inspect.Decode(inspect.Value{Word: &hello}, reflect.TypeFor[Save]())
	fmt.Printf("%+v %v\n", save, err)
	_, err = inspect.Decode(inspect.Value{Word: &hello}, reflect.TypeFor[int]())
	fmt.Println(err)
	// Output:
	// {Value:hello} <nil>
	// hello is no int; want a whole number that fits in int
}

// An error does not tell what was written where that is secret.
func TestDecodeTellsNoSecret(t *testing.T) {
	type login struct {
		User int
		Pins []int `coppice:"redact"`
	}
	for field, want := range map[string]string{"User": "User: hush is no int", "Pins": "Pins[0]: [redacted] is no int"} {
		v := word("hush")
		if field == "Pins" {
			v = inspect.Value{List: &[]inspect.Value{v}}
		}
		_, err := inspect.Decode(inspect.Value{Struct: &inspect.Struct{Fields: []inspect.Field{{Name: field, Value: v}}}}, reflect.TypeFor[login]())
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// Whoever is to type a value knows which parts of it are not to be seen.
func TestDescribeTellsSecrets(t *testing.T) {
	type key struct{ Number int }
	type login struct {
		User string
		key  `coppice:"redact"`
		Pins []string `coppice:"redact"`
	}
	secret := map[string]bool{}
	for _, f := range inspect.Describe(reflect.TypeFor[login]()).Fields {
		secret[f.Name] = f.Secret
	}
	if want := map[string]bool{"User": false, "Number": true, "Pins": true}; !maps.Equal(secret, want) {
		t.Errorf("%v, want %v", secret, want)
	}
}
