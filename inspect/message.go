package inspect

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// maxTypeDepth is how deep types are described, which may hold themselves.
const maxTypeDepth = 5

// Describe describes a Go type to somebody who is to write a value of it.
func Describe(t reflect.Type) Type { return describe(t, 0) }

func describe(t reflect.Type, deep int) Type {
	d := Type{Go: t.String(), Kind: typeKind(t)}
	if deep == maxTypeDepth {
		return d
	}
	for t.Kind() == reflect.Pointer && d.Kind != "other" {
		t = t.Elem()
	}
	switch d.Kind {
	case "list", "map":
		elem := describe(t.Elem(), deep+1)
		d.Elem = &elem
	case "struct":
		for _, f := range fieldsOf(t) {
			d.Fields = append(d.Fields, TypeField{f.name, describe(f.typ, deep+1), f.secret})
		}
	}
	return d
}

// typeKind says how values of a type are written; those of a pointer are
// written as what it points to.
func typeKind(t reflect.Type) string {
	for range maxTypeDepth {
		switch {
		case t == pidType || t == addrType:
			return "pid"
		case t == durationType:
			return "duration"
		case t == timeType:
			return "time"
		case t.Kind() == reflect.Pointer:
			t = t.Elem()
			continue
		case reflect.PointerTo(t).Implements(textType):
			return "string"
		}
		break
	}
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "bool"
	case reflect.Struct:
		return "struct"
	case reflect.Slice, reflect.Array:
		return "list"
	case reflect.Map:
		return "map"
	case reflect.Interface:
		return "any"
	}
	if k := t.Kind(); k >= reflect.Int && k <= reflect.Float64 && k != reflect.Uintptr {
		return "number"
	}
	return "other"
}

// Accepts returns the messages of exported types that a process has handlers
// for, as its type says; an interface says nothing about what can be sent.
func (v *View) Accepts(pid coppice.PID) []Message {
	all := []Message{}
	for _, a := range accepted(pid) {
		m := Message{Name: a.name, Kind: a.How, Type: Describe(a.Message)}
		if a.Reply != nil {
			m.Reply = a.Reply.String()
		}
		all = append(all, m)
	}
	return all
}

// A nameable is a message with the name by which people call it.
type nameable struct {
	genserver.Accepted
	name string
}

// accepted lists what a server takes and people can write. A message that a
// machine takes in several states is listed once.
func accepted(pid coppice.PID) (all []nameable) {
	seen := make(map[genserver.Accepted]bool)
	packages := make(map[string]map[reflect.Type]bool) // by unqualified name
	for _, a := range genserver.Accepts(pid) {
		a.State = ""
		if seen[a] || !writable(a.Message) {
			continue
		}
		seen[a] = true
		name := baseName(a.Message)
		if packages[name] == nil {
			packages[name] = make(map[reflect.Type]bool)
		}
		packages[name][a.Message] = true
		all = append(all, nameable{a, name})
	}
	for i := range all {
		if len(packages[all[i].name]) > 1 {
			all[i].name = strings.TrimPrefix(all[i].Message.String(), "*")
		}
	}
	return all
}

// writable reports whether somebody outside of the program may write a message
// of this type: it has a name that is exported.
func writable(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Interface || t.Name() == "" {
		return false
	}
	return t.PkgPath() == "" || isExported(t.Name())
}

func isExported(name string) bool {
	first, _, _ := strings.Cut(name, "[")
	return first != "" && first[0] >= 'A' && first[0] <= 'Z'
}

// baseName is the name of a type without its package and what it points to.
func baseName(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}

// message decodes what somebody wrote as the message of a server: the name of
// the message with its fields.
func (v *View) message(pid coppice.PID, how string, value Value) (any, error) {
	name := ""
	switch {
	case value.check() != nil:
		return nil, value.check()
	case value.Word != nil:
		name = *value.Word
		value = Value{Struct: &Struct{Type: name}}
	case value.Struct != nil && value.Struct.Type != "":
		name = value.Struct.Type
	default:
		return nil, badf("write its name first: Save {Value: \"x\"}", "%v does not say which message it is", value)
	}
	all := accepted(pid)
	i := slices.IndexFunc(all, func(a nameable) bool {
		return a.How == how && (a.name == name || a.Message.String() == name)
	})
	if i < 0 {
		return nil, notAccepted(pid, how, name, all)
	}
	t := all[i].Message
	written := *value.Struct
	written.Type = ""
	decoded, err := decoder{pid: v.Find}.decode(messageValue(t, written), t)
	if err != nil {
		return nil, err
	}
	return decoded.Interface(), nil
}

// messageValue is what was written behind the name of a message.
func messageValue(t reflect.Type, written Struct) Value {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if len(written.Fields) == 0 && t.Kind() != reflect.Struct && t.Kind() != reflect.Map {
		empty := ""
		return Value{Word: &empty} // and the error says what is wanted
	}
	return Value{Struct: &written}
}

func notAccepted(pid coppice.PID, how, name string, all []nameable) error {
	var names, other []string
	for _, a := range all {
		if a.How == how {
			names = append(names, a.name)
		} else if a.name == name {
			other = append(other, a.How)
		}
	}
	if base, ok := ambiguous(name, names); ok {
		return badf("say which: "+strings.Join(base, ", "), "%s is more than one message", name)
	}
	try := fmt.Sprintf("it accepts %s", strings.Join(names, ", "))
	if len(names) == 0 {
		try = fmt.Sprintf("there is nothing that can be written as a %s to it", how)
	}
	hint := meant(name, names)
	if len(other) > 0 {
		hint = fmt.Sprintf(" as a %s, but as a %s", how, other[0])
	}
	return refusedf(try, "%s does not accept %s%s", nameOf(pid), name, hint)
}

// ambiguous returns the qualified names that a name may stand for.
func ambiguous(name string, names []string) (all []string, ok bool) {
	for _, n := range names {
		if strings.HasSuffix(n, "."+name) {
			all = append(all, n)
		}
	}
	return all, len(all) > 1
}
