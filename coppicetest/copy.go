package coppicetest

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A copier copies messages, and keeps what was sent with a snapshot of how it
// was then.
type copier struct {
	t      testing.TB
	shared []reflect.Type

	mu    sync.Mutex // guards what follows
	plain map[reflect.Type]bool
	sent  []sentMessage
}

type sentMessage struct {
	original, snapshot reflect.Value
	where              string
}

// mostSent is how many messages are kept to be compared at the end.
const mostSent = 10000

func newCopier(t testing.TB, share []reflect.Type) *copier {
	return &copier{
		t: t,
		shared: append([]reflect.Type{
			reflect.TypeFor[error](),
			reflect.TypeFor[context.Context](), // Node and Process are contexts
			reflect.TypeFor[reflect.Type](),
			reflect.TypeFor[supervisor.Starter](),
			reflect.TypeFor[coppice.PID](),
			reflect.TypeFor[coppice.Ref](),
			reflect.TypeFor[coppice.From](),
			reflect.TypeFor[*coppice.Timer](),
			reflect.TypeFor[*time.Location](),
			reflect.TypeFor[do](),
		}, share...),
		plain: make(map[reflect.Type]bool),
	}
}

// pass returns what is delivered in place of body.
func (c *copier) pass(body any) any {
	if body == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	v := reflect.ValueOf(body)
	if c.isPlain(v.Type()) {
		return body
	}
	snapshot, err := c.copyOf(v)
	if err != nil {
		c.t.Errorf("a message cannot be copied: %v\nsent at: %s\n(a type that may be passed on as it is goes into Options.Share)", err, sender())
		return body
	}
	delivered, _ := c.copyOf(v)
	if len(c.sent) < mostSent {
		c.sent = append(c.sent, sentMessage{v, snapshot, sender()})
	}
	return delivered.Interface()
}

// check fails the test for each message that was changed after it was sent.
func (c *copier) check() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.sent {
		d := differ{c: c, seen: make(map[[2]unsafe.Pointer]bool)}
		if d.differ(s.original.Type().String(), s.snapshot, s.original) {
			c.t.Errorf("a message was changed by its sender after it was sent: %s\nsent at: %s\n(without Options.Copy whoever received it would see that)", d.what, s.where)
		}
	}
}

// sender says where a message was sent: the first caller outside the library.
func sender() string {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		f, more := frames.Next()
		pkg := packageOf(f.Function)
		if pkg == "runtime" || pkg == "time" || !more {
			return "the end of a callback (a reply), or by a timer"
		}
		if !ofLibrary(pkg) {
			return fmt.Sprintf("%s:%d", f.File, f.Line)
		}
	}
}

// packageOf cuts the path of the package off the name of a function.
func packageOf(function string) string {
	if at := strings.IndexByte(function, '['); at >= 0 {
		function = function[:at]
	}
	slash := strings.LastIndexByte(function, '/') + 1
	if dot := strings.IndexByte(function[slash:], '.'); dot >= 0 {
		return function[:slash+dot]
	}
	return function
}

// ofLibrary reports whether a package is one of the library's own.
func ofLibrary(pkg string) bool {
	module := reflect.TypeFor[coppice.PID]().PkgPath()
	rest, found := strings.CutPrefix(pkg, module)
	return found && (rest == "" || rest[0] == '/') &&
		!strings.HasPrefix(rest, "/examples/") && !strings.HasSuffix(rest, "_test")
}

// isShared reports whether values of a type are passed on as they are.
func (c *copier) isShared(t reflect.Type) bool {
	for _, s := range c.shared {
		if t == s || s.Kind() == reflect.Interface && t.Kind() != reflect.Interface && t.Implements(s) {
			return true
		}
	}
	return false
}

// isPlain reports whether values of a type hold no memory that could be shared
// and changed; c.mu is held.
func (c *copier) isPlain(t reflect.Type) bool {
	if plain, known := c.plain[t]; known {
		return plain
	}
	plain := c.isShared(t)
	if !plain {
		switch t.Kind() {
		case reflect.Array:
			plain = c.isPlain(t.Elem())
		case reflect.Struct:
			plain = !isLock(t)
			for i := 0; plain && i < t.NumField(); i++ {
				plain = c.isPlain(t.Field(i).Type)
			}
		case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		default:
			plain = true
		}
	}
	c.plain[t] = plain
	return plain
}

// isLock reports whether a type is one that must not be copied.
func isLock(t reflect.Type) bool {
	return t.PkgPath() == "sync" || t.PkgPath() == "sync/atomic"
}

// A cannotCopy says what in a message cannot be copied.
type cannotCopy struct {
	path string
	t    reflect.Type
}

func (e *cannotCopy) Error() string {
	what := "a " + e.t.Kind().String()
	if isLock(e.t) {
		what = "a lock"
	}
	return fmt.Sprintf("%s is %s, of type %v", e.path, what, e.t)
}

// copyOf returns a deep copy; c.mu is held.
func (c *copier) copyOf(v reflect.Value) (copied reflect.Value, err error) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *cannotCopy:
			err = e
		default:
			panic(e)
		}
	}()
	k := copying{copier: c, made: make(map[madeKey]reflect.Value)}
	return k.copy(v.Type().String(), v, ofLibrary(v.Type().PkgPath())), nil
}

// A copying is one deep copy on its way. It panics with a *cannotCopy.
type copying struct {
	*copier
	made map[madeKey]reflect.Value // what has been copied: for memory that is reached twice
}

type madeKey struct {
	at  unsafe.Pointer
	t   reflect.Type
	len int
}

// copy copies v, which is found at path. ours says that it is a field of a type
// of the library.
func (k *copying) copy(path string, v reflect.Value, ours bool) reflect.Value {
	t := v.Type()
	if k.isPlain(t) {
		return v
	}
	switch v.Kind() {
	case reflect.Pointer:
		return k.copyPointer(path, v)
	case reflect.Slice:
		return k.copySlice(path, v, ours)
	case reflect.Map:
		return k.copyMap(path, v, ours)
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		boxed := reflect.New(t).Elem()
		boxed.Set(k.copy(path, v.Elem(), ours))
		return boxed
	case reflect.Struct:
		if isLock(t) {
			panic(&cannotCopy{path, t})
		}
		own := reflect.New(t).Elem()
		own.Set(v)
		for i := range t.NumField() {
			f := open(own.Field(i))
			f.Set(k.copy(path+"."+t.Field(i).Name, f, ofLibrary(t.PkgPath())))
		}
		return own
	case reflect.Array:
		own := reflect.New(t).Elem()
		for i := range v.Len() {
			own.Index(i).Set(k.copy(fmt.Sprintf("%s[%d]", path, i), v.Index(i), ours))
		}
		return own
	}
	if v.IsNil() || ours { // a channel, a function or an unsafe.Pointer
		return v
	}
	panic(&cannotCopy{path, t})
}

// open lets an unexported field of an addressable struct be used as an exported
// one.
func open(f reflect.Value) reflect.Value {
	return reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem()
}

func (k *copying) copyPointer(path string, v reflect.Value) reflect.Value {
	key := madeKey{v.UnsafePointer(), v.Type(), 0}
	if v.IsNil() {
		return v
	}
	if made, ok := k.made[key]; ok {
		return made
	}
	own := reflect.New(v.Type().Elem())
	named := own.Convert(v.Type())
	k.made[key] = named
	own.Elem().Set(k.copy(path, v.Elem(), false))
	return named
}

func (k *copying) copySlice(path string, v reflect.Value, ours bool) reflect.Value {
	key := madeKey{v.UnsafePointer(), v.Type(), v.Len()}
	if v.IsNil() {
		return v
	}
	if made, ok := k.made[key]; ok {
		return made
	}
	own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	k.made[key] = own
	if k.isPlain(v.Type().Elem()) {
		reflect.Copy(own, v)
		return own
	}
	for i := range v.Len() {
		own.Index(i).Set(k.copy(fmt.Sprintf("%s[%d]", path, i), v.Index(i), ours))
	}
	return own
}

func (k *copying) copyMap(path string, v reflect.Value, ours bool) reflect.Value {
	key := madeKey{v.UnsafePointer(), v.Type(), 0}
	if v.IsNil() {
		return v
	}
	if made, ok := k.made[key]; ok {
		return made
	}
	own := reflect.MakeMapWithSize(v.Type(), v.Len())
	k.made[key] = own
	for it := v.MapRange(); it.Next(); {
		at := fmt.Sprintf("%s[%v]", path, it.Key())
		own.SetMapIndex(k.copy(at, it.Key(), ours), k.copy(at, it.Value(), ours))
	}
	return own
}
