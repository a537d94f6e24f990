package shell

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// A function makes something of a list. It stands behind a bar.
type function struct {
	name, short, example string
	least, most          int  // arguments
	arg                  kind // of the argument; any if it does not matter. A number is worked out once, and not for each element

	// typ says what comes out, or what is wrong. elem is the type of the
	// elements of the list; arg is nil if there is none.
	typ func(list, elem *Type, arg *code) (typ *Type, wrong string)
	run func(m *machine, list []any, arg *code) (any, error)
}

// takes says how many arguments there are.
func (f *function) takes() string {
	switch {
	case f.most == 0:
		return "nothing in parentheses"
	case f.least == 0:
		return "at most one thing in parentheses"
	}
	return "one thing in parentheses"
}

// A misfit is an element for which a function does not work.
type misfit struct{ what string }

func (m *misfit) Error() string { return m.what }

func theList(list, _ *Type, _ *code) (*Type, string)     { return list, "" }
func theElement(_, elem *Type, _ *code) (*Type, string)  { return elem, "" }
func aNumber(_, _ *Type, _ *code) (*Type, string)        { return numberType, "" }
func listOfArgument(_, _ *Type, x *code) (*Type, string) { return listOf(x.typ), "" }

// theKey is the type of what the elements are looked at by.
func theKey(_, elem *Type, arg *code) *Type {
	if arg != nil {
		return arg.typ
	}
	return elem
}

// orderly wants keys that can be put in order.
func orderly(result func(list, elem *Type, arg *code) *Type) func(list, elem *Type, arg *code) (*Type, string) {
	return func(list, elem *Type, arg *code) (*Type, string) {
		if key := theKey(list, elem, arg); key.kind == recordKind || key.kind == listKind {
			return nil, fmt.Sprintf("a %s has no order: say by what", key)
		}
		return result(list, elem, arg), ""
	}
}

// additive wants keys that can be added up.
func additive(list, elem *Type, arg *code) (*Type, string) {
	key := theKey(list, elem, arg)
	if key.kind != numberKind && key.kind != durationKind && key.kind != anyKind {
		return nil, fmt.Sprintf("a %s cannot be added up: say which field", key)
	}
	return key, ""
}

// grouped is what group gives.
func grouped(key *Type) *Type {
	return &Type{kind: recordKind, name: "Group", fields: []member{{name: "Key", typ: key}, {name: "Count", typ: numberType}}}
}

// functions are what can follow a bar, by name. Nothing writes to it.
var functions = table(
	&function{name: "filter", short: "those for which it holds", example: "procs() | filter(.Mailbox > 5)",
		least: 1, most: 1, arg: boolKind, typ: theList, run: runFilter},
	&function{name: "map", short: "something of each", example: "procs() | map(.Name)",
		least: 1, most: 1, typ: listOfArgument, run: keys},
	&function{name: "sort", short: "in order, the least first", example: "procs() | sort(-.Mailbox)",
		most: 1, typ: orderly(func(list, _ *Type, _ *code) *Type { return list }), run: runSort},
	&function{name: "reverse", short: "the last first", example: "procs() | sort(.Mailbox) | reverse",
		typ: theList, run: func(_ *machine, list []any, _ *code) (any, error) {
			list = slices.Clone(list)
			slices.Reverse(list)
			return list, nil
		}},
	&function{name: "take", short: "the first of them, so many", example: "procs() | take(3)",
		least: 1, most: 1, arg: numberKind, typ: theList, run: runTake},
	&function{name: "drop", short: "all but the first of them, so many", example: "procs() | drop(3)",
		least: 1, most: 1, arg: numberKind, typ: theList, run: runDrop},
	&function{name: "first", short: "the first one", example: "procs() | sort(-.Mailbox) | first",
		typ: theElement, run: func(_ *machine, list []any, _ *code) (any, error) {
			if len(list) == 0 {
				return nil, &misfit{"the list is empty: it has no first one"}
			}
			return list[0], nil
		}},
	&function{name: "last", short: "the last one", example: "procs() | sort(.Mailbox) | last",
		typ: theElement, run: func(_ *machine, list []any, _ *code) (any, error) {
			if len(list) == 0 {
				return nil, &misfit{"the list is empty: it has no last one"}
			}
			return list[len(list)-1], nil
		}},
	&function{name: "count", short: "how many", example: `procs() | filter(.Kind == "server") | count`,
		typ: aNumber, run: func(_ *machine, list []any, _ *code) (any, error) { return float64(len(list)), nil }},
	&function{name: "sum", short: "all together", example: "procs() | sum(.Mailbox)",
		most: 1, typ: additive, run: runSum},
	&function{name: "avg", short: "the average", example: "procs() | avg(.Mailbox)",
		most: 1, typ: additive, run: runAverage},
	&function{name: "min", short: "the least", example: "procs() | min(.Uptime)",
		most: 1, typ: orderly(theKey), run: func(m *machine, list []any, arg *code) (any, error) { return extreme(m, list, arg, slices.MinFunc) }},
	&function{name: "max", short: "the greatest", example: "procs() | max(.Mailbox)",
		most: 1, typ: orderly(theKey), run: func(m *machine, list []any, arg *code) (any, error) { return extreme(m, list, arg, slices.MaxFunc) }},
	&function{name: "unique", short: "each one once", example: "procs() | map(.Status) | unique",
		most: 1, typ: func(list, elem *Type, arg *code) (*Type, string) { return listOf(theKey(list, elem, arg)), "" }, run: runUnique},
	&function{name: "group", short: "how many of each, as Key and Count", example: "procs() | group(.Status)",
		least: 1, most: 1, typ: func(_, _ *Type, arg *code) (*Type, string) { return listOf(grouped(arg.typ)), "" }, run: runGroup},
)

func table(all ...*function) map[string]*function {
	byName := make(map[string]*function, len(all))
	for _, f := range all {
		byName[f.name] = f
	}
	return byName
}

func functionNames() []string { return slices.Sorted(maps.Keys(functions)) }

// keys looks at each element by the argument, if there is one.
func keys(m *machine, list []any, arg *code) (any, error) {
	if arg == nil {
		return list, nil
	}
	all := make([]any, len(list))
	for i, element := range list {
		var err error
		if all[i], err = m.with(element, *arg); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func runFilter(m *machine, list []any, arg *code) (any, error) {
	kept := []any{}
	for _, element := range list {
		v, err := m.with(element, *arg)
		if err != nil {
			return nil, err
		}
		holds, ok := v.(bool)
		if !ok {
			return nil, &misfit{"filter takes a bool, and this is a " + describe(v)}
		}
		if holds {
			kept = append(kept, element)
		}
	}
	return kept, nil
}

func runSort(m *machine, list []any, arg *code) (any, error) {
	by, err := keys(m, list, arg)
	if err != nil {
		return nil, err
	}
	type pair struct{ key, element any }
	pairs := make([]pair, len(list))
	for i, key := range by.([]any) {
		pairs[i] = pair{key, list[i]}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return compare(a.key, b.key) })
	sorted := make([]any, len(list))
	for i, p := range pairs {
		sorted[i] = p.element
	}
	return sorted, nil
}

// howMany is the argument of take and drop, within the list.
func howMany(m *machine, list []any, arg *code) (int, error) {
	v, err := arg.run(m)
	if err != nil {
		return 0, err
	}
	n, ok := v.(float64)
	if !ok || n < 0 || n != float64(int64(n)) {
		return 0, &misfit{"this takes how many: a number that is whole and not negative"}
	}
	return int(min(n, float64(len(list)))), nil
}

func runTake(m *machine, list []any, arg *code) (any, error) {
	n, err := howMany(m, list, arg)
	return list[:n], err
}

func runDrop(m *machine, list []any, arg *code) (any, error) {
	n, err := howMany(m, list, arg)
	return list[n:], err
}

func runSum(m *machine, list []any, arg *code) (any, error) {
	by, err := keys(m, list, arg)
	if err != nil {
		return nil, err
	}
	var sum any
	for _, v := range by.([]any) {
		switch k := kindOf(v); {
		case k != numberKind && k != durationKind:
			return nil, &misfit{"a " + describe(v) + " cannot be added up"}
		case sum == nil:
			sum = v
		case kindOf(sum) != k:
			return nil, &misfit{"a " + describe(sum) + " and a " + describe(v) + " cannot be added up"}
		default:
			sum = arithmetic("+", sum, v)
		}
	}
	switch {
	case sum != nil:
		return sum, nil
	case arg != nil && arg.typ.kind == durationKind:
		return time.Duration(0), nil
	}
	return 0.0, nil
}

func runAverage(m *machine, list []any, arg *code) (any, error) {
	if len(list) == 0 {
		return nil, &misfit{"the list is empty: it has no average"}
	}
	sum, err := runSum(m, list, arg)
	if err != nil {
		return nil, err
	}
	return arithmetic("/", sum, float64(len(list))), nil
}

func extreme(m *machine, list []any, arg *code, of func([]any, func(a, b any) int) any) (any, error) {
	if len(list) == 0 {
		return nil, &misfit{"the list is empty"}
	}
	by, err := keys(m, list, arg)
	if err != nil {
		return nil, err
	}
	return of(by.([]any), compare), nil
}

func runUnique(m *machine, list []any, arg *code) (any, error) {
	by, err := keys(m, list, arg)
	if err != nil {
		return nil, err
	}
	var kept []any
	for _, g := range groups(by.([]any)) {
		kept = append(kept, g.key)
	}
	return kept, nil
}

func runGroup(m *machine, list []any, arg *code) (any, error) {
	by, err := keys(m, list, arg)
	if err != nil {
		return nil, err
	}
	t := grouped(arg.typ)
	all := []any{}
	for _, g := range groups(by.([]any)) {
		all = append(all, &made{t, []any{g.key, float64(g.count)}})
	}
	return all, nil
}

type groupOf struct {
	key   any
	count int
}

// groups counts the values that are equal, in the order of their values.
func groups(values []any) (all []groupOf) {
	values = slices.Clone(values)
	slices.SortStableFunc(values, compare)
	for _, v := range values {
		if n := len(all); n > 0 && compare(all[n-1].key, v) == 0 {
			all[n-1].count++
		} else {
			all = append(all, groupOf{v, 1})
		}
	}
	return all
}
