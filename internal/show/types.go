package show

import (
	"reflect"
	"strings"
)

// maxTypeDepth is how deep types are looked into, which may hold themselves.
const maxTypeDepth = 6

// Hides reports whether there is something to be redacted in values of a type,
// as far as the type tells.
func Hides(t reflect.Type) bool { return t != nil && hasSecret(t, 0) }

func hasSecret(t reflect.Type, depth int) bool {
	if depth > maxTypeDepth {
		return false
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return hasSecret(t.Elem(), depth+1)
	case reflect.Map:
		return hasSecret(t.Key(), depth+1) || hasSecret(t.Elem(), depth+1)
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); IsSecret(f) || hasSecret(f.Type, depth+1) {
				return true
			}
		}
	}
	return false
}

// shared reports whether values of a type are made to be used by several
// goroutines at a time: they have a lock, or atomics.
func shared(t reflect.Type, depth int) bool {
	switch {
	case depth > maxTypeDepth:
		return false
	case t.PkgPath() == "sync" || t.PkgPath() == "sync/atomic":
		return true
	case t.Kind() == reflect.Array:
		return shared(t.Elem(), depth+1)
	case t.Kind() == reflect.Pointer && t.Elem().PkgPath() == "sync": // a lock that it shares
		return true
	case t.Kind() == reflect.Struct && !strings.HasPrefix(t.PkgPath(), "time"):
		for i := range t.NumField() {
			if shared(t.Field(i).Type, depth+1) {
				return true
			}
		}
	}
	return false
}

// Plain reports whether a copy of such a value shares nothing with it.
func Plain(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			if !Plain(t.Field(i).Type) {
				return false
			}
		}
		return true
	case reflect.Array:
		return Plain(t.Elem())
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Chan, reflect.Func, reflect.Interface, reflect.UnsafePointer:
		return false
	}
	return true
}
