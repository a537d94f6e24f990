package shell

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// A Type is the type of a result. The values behind it are nil, bool, float64,
// string, [time.Duration], [time.Time], []any for a list and a record for a
// record; for Any, one of these.
type Type struct {
	kind   kind
	name   string   // of a record
	elem   *Type    // of a list
	fields []member // of a record
}

type kind int

const (
	anyKind kind = iota
	nilKind
	boolKind
	numberKind
	stringKind
	durationKind
	timeKind
	listKind
	recordKind
)

// A member is a field of a record.
type member struct {
	name  string
	typ   *Type
	index []int // in the Go struct, if it is one
}

var (
	anyType      = &Type{kind: anyKind}
	nilType      = &Type{kind: nilKind}
	boolType     = &Type{kind: boolKind}
	numberType   = &Type{kind: numberKind}
	stringType   = &Type{kind: stringKind}
	durationType = &Type{kind: durationKind}
	timeType     = &Type{kind: timeKind}
)

func listOf(elem *Type) *Type { return &Type{kind: listKind, elem: elem} }

// String names the type as messages do.
func (t *Type) String() string {
	switch t.kind {
	case listKind:
		return "list of " + t.elem.String()
	case recordKind:
		return t.name
	}
	return [...]string{"any", "nil", "bool", "number", "string", "duration", "time"}[t.kind]
}

// field returns a field of a record by its name.
func (t *Type) field(name string) (int, bool) {
	i := slices.IndexFunc(t.fields, func(m member) bool { return m.name == name })
	return i, i >= 0
}

func (t *Type) fieldNames() (names []string) {
	for _, m := range t.fields {
		names = append(names, m.name)
	}
	return names
}

// A record is a value with fields.
type record interface {
	typ() *Type
	get(i int) any
}

// A made record is one that a program has put together, or that came as JSON.
type made struct {
	t      *Type
	values []any
}

func (m *made) typ() *Type    { return m.t }
func (m *made) get(i int) any { return m.values[i] }

// A given record is a Go struct.
type given struct {
	t *Type
	v reflect.Value
}

func (g given) typ() *Type { return g.t }

func (g given) get(i int) any {
	return valueOf(g.t.fields[i].typ, g.v.FieldByIndex(g.t.fields[i].index))
}

// typeOf describes a Go type. A field whose name ends in NS is a duration
// called without that, or with Time if there is a field called so; embedded
// structs give their fields.
func typeOf(t reflect.Type, within ...reflect.Type) *Type {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return timeType
	case t == reflect.TypeFor[time.Duration]():
		return durationType
	}
	switch t.Kind() {
	case reflect.Bool:
		return boolType
	case reflect.String:
		return stringType
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Float32, reflect.Float64:
		return numberType
	case reflect.Slice:
		return listOf(typeOf(t.Elem(), within...))
	case reflect.Struct:
		if slices.Contains(within, t) {
			return anyType // a type that holds itself
		}
		return &Type{kind: recordKind, name: t.Name(), fields: members(t, nil, append(within, t))}
	}
	return anyType // a pointer may be nil
}

func members(t reflect.Type, at []int, within []reflect.Type) (all []member) {
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(slices.Clone(at), i)
		switch name, ns := strings.CutSuffix(f.Name, "NS"); {
		case f.Anonymous && f.Type.Kind() == reflect.Struct:
			all = append(all, members(f.Type, index, within)...)
		case !f.IsExported():
		case ns && f.Type.Kind() == reflect.Int64:
			if _, taken := t.FieldByName(name); taken {
				name += "Time"
			}
			all = append(all, member{name, durationType, index})
		default:
			all = append(all, member{f.Name, typeOf(f.Type, within...), index})
		}
	}
	return all
}

// valueOf takes a value out of Go.
func valueOf(t *Type, v reflect.Value) any {
	switch t.kind {
	case boolKind:
		return v.Bool()
	case stringKind:
		return v.String()
	case durationKind:
		return time.Duration(v.Int())
	case timeKind:
		return v.Interface()
	case numberKind:
		return v.Convert(reflect.TypeFor[float64]()).Float()
	case listKind:
		all := make([]any, v.Len())
		for i := range all {
			all[i] = valueOf(t.elem, v.Index(i))
		}
		return all
	case recordKind:
		return given{t, v}
	}
	return anyOf(v)
}

// anyOf takes a value out of Go whose type says little.
func anyOf(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return valueOf(typeOf(v.Elem().Type()), v.Elem())
	case reflect.Map:
		m := &made{t: &Type{kind: recordKind, name: "map"}}
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		for _, key := range keys {
			m.t.fields = append(m.t.fields, member{name: fmt.Sprint(key), typ: anyType})
			m.values = append(m.values, valueOf(typeOf(v.Type().Elem()), v.MapIndex(key)))
		}
		return m
	case reflect.Invalid:
		return nil
	}
	if t := typeOf(v.Type()); t.kind != anyKind {
		return valueOf(t, v)
	}
	return fmt.Sprint(v)
}

// fromGo takes any Go value with its type.
func fromGo(v any) (*Type, any) {
	r := reflect.ValueOf(v)
	t := typeOf(r.Type())
	return t, valueOf(t, r)
}

// fromJSON takes a value that came as JSON. The fields of a struct are in the
// order of their names.
func fromJSON(v any) any {
	switch v := v.(type) {
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = fromJSON(item)
		}
		return list
	case map[string]any:
		m := &made{t: &Type{kind: recordKind, name: "struct"}}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			m.t.fields = append(m.t.fields, member{name: name, typ: anyType})
			m.values = append(m.values, fromJSON(v[name]))
		}
		return m
	}
	return v
}

// kindOf is the kind that a value has, whatever its static type.
func kindOf(v any) kind {
	switch v.(type) {
	case nil:
		return nilKind
	case bool:
		return boolKind
	case float64:
		return numberKind
	case string:
		return stringKind
	case time.Duration:
		return durationKind
	case time.Time:
		return timeKind
	case []any:
		return listKind
	case record:
		return recordKind
	}
	return anyKind
}
