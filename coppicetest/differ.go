package coppicetest

import (
	"fmt"
	"reflect"
	"unsafe"
)

// A differ looks for the first difference between a snapshot and what it was
// taken of.
type differ struct {
	c    *copier
	seen map[[2]unsafe.Pointer]bool // pairs that are being compared
	what string                     // the difference
}

// differ reports whether now differs from was, both found at path.
func (d *differ) differ(path string, was, now reflect.Value) bool {
	if was.IsValid() != now.IsValid() || was.IsValid() && was.Type() != now.Type() {
		return d.found(path, was, now)
	}
	if !was.IsValid() || d.c.isShared(was.Type()) {
		return false
	}
	switch was.Kind() {
	case reflect.Pointer, reflect.Interface:
		if was.IsNil() || now.IsNil() {
			return was.IsNil() != now.IsNil() && d.found(path, was, now)
		}
		return !d.met(was, now) && d.differ(path, was.Elem(), now.Elem())
	case reflect.Struct:
		for i := range was.NumField() {
			if d.differ(path+"."+was.Type().Field(i).Name, was.Field(i), now.Field(i)) {
				return true
			}
		}
		return false
	case reflect.Slice, reflect.Array:
		if was.Len() != now.Len() { // of an outer slice that was itself replaced
			return d.found(path, was, now)
		}
		if was.Kind() == reflect.Slice && d.met(was, now) {
			return false
		}
		for i := range was.Len() {
			if d.differ(fmt.Sprintf("%s[%d]", path, i), was.Index(i), now.Index(i)) {
				return true
			}
		}
		return false
	case reflect.Map:
		return d.differMap(path, was, now)
	case reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return false
	}
	return !was.Equal(now) && was.Equal(was) && d.found(path, was, now) // NaN differs from itself
}

func (d *differ) differMap(path string, was, now reflect.Value) bool {
	if was.Len() != now.Len() {
		return d.found(path, was, now)
	}
	if d.met(was, now) || !d.c.isPlain(was.Type().Key()) {
		return false // the keys of the snapshot are copies, and other ones
	}
	for it := was.MapRange(); it.Next(); {
		if d.differ(fmt.Sprintf("%s[%v]", path, it.Key()), it.Value(), now.MapIndex(it.Key())) {
			return true
		}
	}
	return false
}

// met reports whether a pair is being compared already, in a structure that
// holds itself.
func (d *differ) met(was, now reflect.Value) bool {
	if was.Kind() == reflect.Interface {
		return false
	}
	pair := [2]unsafe.Pointer{was.UnsafePointer(), now.UnsafePointer()}
	if d.seen[pair] {
		return true
	}
	d.seen[pair] = true
	return false
}

func (d *differ) found(path string, was, now reflect.Value) bool {
	d.what = fmt.Sprintf("%s was %s and is %s", path, shown(was), shown(now))
	return true
}

// shown is a value as text.
func shown(v reflect.Value) string {
	switch {
	case !v.IsValid():
		return "nothing"
	case v.Kind() == reflect.String:
		return fmt.Sprintf("%q", v.String())
	}
	return fmt.Sprintf("%+v", v)
}
