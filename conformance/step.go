package conformance

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// parseStep reads the words of a step. The label and the options are taken out
// before the arguments are counted.
func parseStep(words []string) (Step, error) {
	var s Step
	words = s.takeFlags(words)
	if len(words) > 1 && strings.HasSuffix(words[0], ":") {
		s.By = strings.TrimRight(words[0], ":")
		if s.By == "" {
			return s, fmt.Errorf("%q names no process", words[0])
		}
		words = words[1:]
	}
	if len(words) == 0 {
		return s, errors.New("no operation here")
	}
	s.Verb = words[0]
	if err := s.takeArgs(words[1:]); err != nil {
		return s, err
	}
	v, ok := verbs[s.Verb]
	switch {
	case s.By == "" && v.owned:
		return s, fmt.Errorf("%s has to be executed by a proc or worker (WHO: %s ...)", s.Verb, s.Verb)
	case !ok:
		return s, fmt.Errorf("unknown operation %q", s.Verb)
	case len(s.Args) < v.min || len(s.Args) > v.max:
		return s, fmt.Errorf("%s takes %d..%d arguments, not %d", s.Verb, v.min, v.max, len(s.Args))
	}
	return s, s.checkArgs(v)
}

func (s *Step) takeFlags(words []string) []string {
	for i, w := range words {
		switch {
		case w == "!":
			s.Flags.NoSettle = true
		case w == "~":
			s.Flags.Sort = true
		case strings.HasPrefix(w, "~"):
			s.Flags.SortOnly = append(s.Flags.SortOnly, strings.Split(w[1:], ",")...)
		default:
			return words[i:]
		}
	}
	return nil
}

// takeArgs parts the words behind the verb into the label, the options and the
// arguments. The text of wait has no options, but `as` counts in it.
func (s *Step) takeArgs(words []string) error {
	if i := slices.Index(words, "as"); i >= 0 {
		if i+1 == len(words) {
			return errors.New("as needs a label")
		}
		s.As = words[i+1]
		words = slices.Concat(words[:i], words[i+2:])
	}
	s.Options = map[string]string{}
	for _, w := range words {
		if key, value, ok := cutOption(w); ok && s.Verb != "wait" {
			s.Options[key] = value
		} else {
			s.Args = append(s.Args, w)
		}
	}
	return nil
}

func cutOption(word string) (key, value string, ok bool) {
	key, value, ok = strings.Cut(word, "=")
	for i := range len(key) {
		if c := key[i]; !('a' <= c && c <= 'z' || c == '_') {
			return "", "", false
		}
	}
	return key, value, ok && key != ""
}

func (s *Step) checkArgs(v verb) error {
	check := func(indexes []int, valid func(string) error) error {
		for _, i := range indexes {
			if i < len(s.Args) {
				if err := valid(s.Args[i]); err != nil {
					return err
				}
			}
		}
		return nil
	}
	targets := v.targets
	if s.Verb == "register" && len(s.Args) == 2 {
		targets = first
	}
	return firstError(
		check(v.terms, validTerm),
		check(v.numbers, s.validNumber),
		check(v.limits, func(arg string) error {
			if v.brutal && arg == "brutal_kill" {
				return nil
			}
			return s.validLimit(arg)
		}),
		check(targets, validTarget),
		check(v.childIDs, func(arg string) error { return validTerm(strings.TrimPrefix(arg, "id:")) }),
		s.checkOptions(),
	)
}

// checkOptions checks the options whose values are numbers.
func (s *Step) checkOptions() error {
	valid := map[string]func(string) error{}
	switch s.Verb {
	case "start":
		valid["timeout"] = s.validNumber
	case "stream":
		valid["max"], valid["take"], valid["timeout"] = s.validNumber, s.validNumber, s.validLimit
	}
	for _, key := range []string{"timeout", "max", "take"} {
		if value, ok := s.Options[key]; ok && valid[key] != nil {
			if err := valid[key](value); err != nil {
				return err
			}
		}
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func validTerm(arg string) error   { _, err := ParseTerm(arg); return err }
func validTarget(arg string) error { _, err := parseTarget(arg); return err }

func (s *Step) validNumber(arg string) error {
	if _, err := strconv.Atoi(arg); err != nil || !isNumber(arg) {
		return fmt.Errorf("%s: %s is not a number", s.Verb, arg)
	}
	return nil
}

func (s *Step) validLimit(arg string) error {
	if _, err := strconv.Atoi(arg); arg != "infinity" && (err != nil || !isNatural(arg)) {
		return fmt.Errorf("%s: %s is not a time limit", s.Verb, arg)
	}
	return nil
}

// infinite is the limit of a wait that never ends by itself.
const infinite = -1

// term is argument i, which the parser has checked to be a term.
func (s *Step) term(i int) Term {
	t, err := ParseTerm(s.Args[i])
	if err != nil {
		panic(fmt.Sprintf("conformance: %s: argument %d is no term: %v", s.Verb, i, err))
	}
	return t
}

// number is argument i, which the parser has checked to be a number.
func (s *Step) number(i int) int {
	n, err := strconv.Atoi(s.Args[i])
	if err != nil {
		panic(fmt.Sprintf("conformance: %s: argument %d is no number: %v", s.Verb, i, err))
	}
	return n
}

// limit is argument i as a time limit in milliseconds: otherwise if it is not
// given, infinite for infinity.
func (s *Step) limit(i, otherwise int) int {
	switch {
	case i >= len(s.Args):
		return otherwise
	case s.Args[i] == "infinity":
		return infinite
	}
	return s.number(i)
}
