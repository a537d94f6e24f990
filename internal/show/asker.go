package show

import (
	"fmt"
	"reflect"
	"strings"
	"sync/atomic"
	"time"
)

// An Asker has values say what they are on behalf of whoever must not be held
// up by that: their methods are code of the user's, and may wait for a lock that
// nobody gives back. So it asks on a goroutine of its own and waits for a moment
// only. As long as what it has asked keeps silent it waits for half as long
// with each one more, and in the end asks nobody any more: so any number of
// values that hang costs two moments, and a few goroutines. The zero value is
// ready for use.
type Asker struct {
	silent atomic.Int32 // how many have not answered in time, and have not since then
}

const (
	moment    = 256 * time.Millisecond
	leastTime = time.Millisecond // one that has less is not asked
)

// Text is the function Text, for a while; after that it tells the type.
func (a *Asker) Text(v any, limit int) string {
	if v == nil || tame(reflect.TypeOf(v)) {
		return Text(v, limit)
	}
	return a.words(v, func() string { return Text(v, limit) })
}

// Name is the name that a value has for itself, for a while; after that, or if it
// panics, it is the type.
func (a *Asker) Name(v fmt.Stringer) string {
	if ours(reflect.TypeOf(v)) {
		return v.String()
	}
	return a.words(v, v.String)
}

func (a *Asker) words(v any, say func() string) string {
	said, answered := "", false
	switch in := a.Ask(moment, func() { said, answered = say(), true }); {
	case !in:
		return fmt.Sprintf("%T (it does not say what it is)", v)
	case !answered:
		return fmt.Sprintf("%T", v)
	}
	return said
}

// Ask calls f, which may hang, panic or call Goexit, and reports whether it has
// ended in time: then what it has done can be seen. It has less time than most,
// or none, as long as others that were asked keep silent.
func (a *Asker) Ask(most time.Duration, f func()) bool {
	most >>= a.silent.Load()
	if most < leastTime {
		return false
	}
	var given atomic.Bool // the answer, or its time is over
	ended := make(chan struct{})
	go func() {
		defer func() {
			_ = recover()
			if given.CompareAndSwap(false, true) {
				close(ended)
			} else {
				a.silent.Add(-1)
			}
		}()
		f()
	}()
	late := time.NewTimer(most)
	defer late.Stop()
	select {
	case <-ended:
		return true
	case <-late.C:
	}
	a.silent.Add(1) // before its end can be counted
	if given.CompareAndSwap(false, true) {
		return false
	}
	a.silent.Add(-1)
	<-ended
	return true
}

// ours reports whether a type, or what it points to, is of this library, apart
// from its tests.
func ours(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	library := strings.TrimSuffix(reflect.TypeFor[Asker]().PkgPath(), "/internal/show")
	inside, ok := strings.CutPrefix(t.PkgPath(), library)
	return ok && (inside == "" || inside[0] == '/') && !strings.HasSuffix(inside, "_test")
}

// tame reports whether a value of this type is a text or a mark that calls no
// code of the user's to say what it is.
func tame(t reflect.Type) bool {
	switch {
	case t.Kind() == reflect.String, t.Kind() == reflect.Struct && t.NumField() == 0:
		return t.PkgPath() == "" || ours(t)
	case t.Kind() == reflect.Pointer: // what errors.New and fmt.Errorf return have their text ready
		switch t.String() {
		case "*errors.errorString", "*fmt.errorString", "*fmt.wrapError", "*fmt.wrapErrors":
			return true
		}
	}
	return false
}
