package shell

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
)

// resultKind says of what kind the result of an operator is, and whether it
// works between two kinds at all. Any may turn out to be right.
func resultKind(op string, a, b kind) (kind, bool) {
	unknown := a == anyKind || b == anyKind
	switch op {
	case "&&", "||":
		return boolKind, boolOrAny(a) && boolOrAny(b)
	case "==", "!=":
		return boolKind, unknown || a == b || a == nilKind || b == nilKind
	case "<", "<=", ">", ">=":
		return boolKind, unknown || a == b && ordered(a)
	case "contains":
		return boolKind, unknown || a == listKind || a == stringKind && b == stringKind
	case "in":
		return resultKind("contains", b, a)
	}
	if unknown {
		return anyKind, true
	}
	switch [2]kind{a, b} {
	case [2]kind{numberKind, numberKind}:
		return numberKind, true
	case [2]kind{stringKind, stringKind}:
		return stringKind, op == "+"
	case [2]kind{durationKind, durationKind}:
		if op == "/" {
			return numberKind, true
		}
		return durationKind, op == "+" || op == "-"
	case [2]kind{durationKind, numberKind}:
		return durationKind, op == "*" || op == "/"
	case [2]kind{timeKind, durationKind}:
		return timeKind, op == "+" || op == "-"
	case [2]kind{timeKind, timeKind}:
		return durationKind, op == "-"
	}
	return anyKind, false
}

func boolOrAny(k kind) bool { return k == boolKind || k == anyKind }

func ordered(k kind) bool {
	return k == numberKind || k == stringKind || k == durationKind || k == timeKind
}

// operate works out an operator between two values for which resultKind holds.
func operate(op string, a, b any) any {
	switch op {
	case "&&":
		return a.(bool) && b.(bool)
	case "||":
		return a.(bool) || b.(bool)
	case "==":
		return compare(a, b) == 0
	case "!=":
		return compare(a, b) != 0
	case "<":
		return compare(a, b) < 0
	case "<=":
		return compare(a, b) <= 0
	case ">":
		return compare(a, b) > 0
	case ">=":
		return compare(a, b) >= 0
	case "contains":
		return contains(a, b)
	case "in":
		return contains(b, a)
	}
	return arithmetic(op, a, b)
}

func contains(a, b any) bool {
	if s, ok := a.(string); ok {
		return strings.Contains(s, b.(string))
	}
	return slices.ContainsFunc(a.([]any), func(v any) bool { return compare(v, b) == 0 })
}

func arithmetic(op string, a, b any) any {
	switch a := a.(type) {
	case float64:
		return numbers(op, a, b.(float64))
	case string:
		return a + b.(string)
	case time.Time:
		switch b := b.(type) {
		case time.Time:
			return a.Sub(b)
		case time.Duration:
			if op == "-" {
				b = -b
			}
			return a.Add(b)
		}
	case time.Duration:
		if n, ok := b.(float64); ok {
			return time.Duration(numbers(op, float64(a), n))
		}
		result := numbers(op, float64(a), float64(b.(time.Duration)))
		if op == "/" {
			return result
		}
		return time.Duration(result)
	}
	return nil
}

func numbers(op string, a, b float64) float64 {
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "/":
		return a / b
	}
	return math.Mod(a, b)
}

func negate(v any) any {
	switch v := v.(type) {
	case bool:
		return !v
	case float64:
		return -v
	case time.Duration:
		return -v
	}
	return nil
}

// compare orders two values: those of one kind by size, lists and records by
// their parts, and others by their kinds.
func compare(a, b any) int {
	if k, l := kindOf(a), kindOf(b); k != l {
		return cmp.Compare(k, l)
	}
	switch a := a.(type) {
	case bool:
		return cmp.Compare(truth(a), truth(b.(bool)))
	case float64:
		return cmp.Compare(a, b.(float64))
	case string:
		return strings.Compare(a, b.(string))
	case time.Duration:
		return cmp.Compare(a, b.(time.Duration))
	case time.Time:
		return a.Compare(b.(time.Time))
	case []any:
		return slices.CompareFunc(a, b.([]any), compare)
	case record:
		return slices.CompareFunc(parts(a), parts(b.(record)), compare)
	}
	return 0
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

func parts(r record) []any {
	all := make([]any, len(r.typ().fields))
	for i := range all {
		all[i] = r.get(i)
	}
	return all
}

// describe names the kind of a value in a message.
func describe(v any) string {
	if r, ok := v.(record); ok {
		return r.typ().name
	}
	return [...]string{"any", "nil", "bool", "number", "string", "duration", "time", "list", "record"}[kindOf(v)]
}
