package inspect

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNotFound is wrapped by the error of whoever asks for a process that is not
// there.
var ErrNotFound = errors.New("not found")

// A BadError says what is wrong with what somebody wrote, and what would be
// right.
type BadError struct {
	What string // what is wrong
	Try  string // what would be right, or ""
	Path string // which part of a value it is about, as Items[1].Qty, or ""
}

func (e *BadError) Error() string {
	if e.Try == "" {
		return e.What
	}
	return e.What + "; " + e.Try
}

// A RefusedError says that a process does not accept what somebody wants to
// send to it, and what it accepts.
type RefusedError struct{ BadError }

func refusedf(try, format string, args ...any) *RefusedError {
	return &RefusedError{*badf(try, format, args...)}
}

func badf(try, format string, args ...any) *BadError {
	return &BadError{What: fmt.Sprintf(format, args...), Try: try}
}

// meant is ", did you mean …?" if one of the names is near to what was written.
func meant(wrote string, names []string) string {
	if best := Nearest(wrote, names); best != "" {
		return fmt.Sprintf(" (did you mean %s?)", best)
	}
	return ""
}

// Nearest returns the name that is most like what somebody wrote, or "" if none
// is: for "did you mean …?".
func Nearest(wrote string, names []string) string {
	best, least := "", 1+max(1, len(wrote)/3)
	lower := strings.ToLower(wrote)
	for _, name := range names {
		d := distance(lower, strings.ToLower(name))
		if len(lower) >= 2 && strings.HasPrefix(strings.ToLower(name), lower) {
			d = 1 // the beginning of a name is as good as a slip
		}
		if d < least || d == least && best != "" && name < best {
			best, least = name, d
		}
	}
	return best
}

// distance is how many characters have to be changed, added, left out or
// swapped with their neighbour to make b of a.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	if len(s) > 64 || len(t) > 64 {
		return 64
	}
	var rows [3][]int // of the present character of s, and of the two before it
	for i := range rows {
		rows[i] = make([]int, len(t)+1)
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(s); i++ {
		before, above, row := rows[(i+1)%3], rows[(i+2)%3], rows[i%3]
		row[0] = i
		for j := 1; j <= len(t); j++ {
			change := above[j-1]
			if s[i-1] != t[j-1] {
				change++
			}
			row[j] = min(change, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return rows[len(s)%3][len(t)]
}
