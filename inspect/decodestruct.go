package inspect

import (
	"reflect"
	"strings"

	"github.com/seed-7832d3a3/coppice/internal/show"
)

// A field of a Go struct that can be written.
type goField struct {
	name   string
	index  []int
	typ    reflect.Type
	secret bool
}

// fieldsOf returns the fields of a struct that can be written: those that are
// exported, and those of the structs that it embeds. A marker of a message, as
// genserver.Returns is, has none.
func fieldsOf(t reflect.Type) (all []goField) {
	for i := range t.NumField() {
		f := t.Field(i)
		secret := show.IsSecret(f)
		if f.Anonymous && f.Type.Kind() == reflect.Struct && f.Type != timeType {
			for _, inner := range fieldsOf(f.Type) {
				inner.index = append([]int{i}, inner.index...)
				inner.secret = inner.secret || secret
				all = append(all, inner)
			}
			continue
		}
		if f.IsExported() {
			all = append(all, goField{f.Name, f.Index, f.Type, secret})
		}
	}
	return all
}

func (d decoder) structure(to reflect.Value, v Value) error {
	t := to.Type()
	fields := fieldsOf(t)
	if bare, ok := v.bare(t, fields); ok {
		if len(fields) != 1 {
			return d.bad(v, t, "the fields by their names: "+shape(t, fields))
		}
		return d.field(fields[0]).into(to.FieldByIndex(fields[0].index), bare)
	}
	if err := d.typeNamed(v, t); err != nil {
		return err
	}
	given := make(map[string]bool)
	for _, f := range v.Struct.Fields {
		if given[f.Name] {
			return d.badf("", "%s: field %s is given twice", t, f.Name)
		}
		given[f.Name] = true
		field, ok := find(fields, f.Name)
		if !ok {
			return d.noField(t, fields, f.Name)
		}
		if err := d.field(field).into(to.FieldByIndex(field.index), f.Value); err != nil {
			return err
		}
	}
	return nil
}

// bare returns the value of the only field, if that is what was written.
func (v Value) bare(t reflect.Type, fields []goField) (Value, bool) {
	s := v.Struct
	switch {
	case s == nil:
		return v, true
	case len(s.Fields) == 1 && s.Fields[0].Name == "" && named(s.Type, t):
		return s.Fields[0].Value, true
	case s.Type != "" || len(s.Fields) == 0 || len(fields) != 1:
		return Value{}, false
	}
	// {a: 1} may be the map or struct that is the only field.
	_, own := find(fields, s.Fields[0].Name)
	kind := fields[0].typ.Kind()
	return v, !own && (kind == reflect.Map || kind == reflect.Struct)
}

func find(fields []goField, name string) (goField, bool) {
	for _, f := range fields {
		if f.name == name {
			return f, true
		}
	}
	return goField{}, false
}

// named reports whether a name is that of a type, with or without its package.
func named(name string, t reflect.Type) bool {
	return name == "" || name == t.Name() || name == t.String()
}

func (d decoder) typeNamed(v Value, t reflect.Type) error {
	if !named(v.Struct.Type, t) {
		return d.bad(v, t, "a "+t.Name())
	}
	return nil
}

func (d decoder) noField(t reflect.Type, fields []goField, name string) error {
	if len(fields) == 0 {
		return d.badf("", "%s has no field %s: it has none", t, name)
	}
	var names []string
	for _, f := range fields {
		names = append(names, f.name)
	}
	return d.badf("it has "+strings.Join(names, ", "), "%s has no field %s%s", t, name, meant(name, names))
}

// shape is how to write a struct.
func shape(t reflect.Type, fields []goField) string {
	var parts []string
	for _, f := range fields {
		parts = append(parts, f.name+": "+f.typ.String())
	}
	return t.Name() + " {" + strings.Join(parts, ", ") + "}"
}
