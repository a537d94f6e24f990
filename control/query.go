package control

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A query reads the parameters of a request; err is the first that is wrong.
type query struct {
	values url.Values
	err    error
}

func (q *query) text(key string) string { return q.values.Get(key) }

func (q *query) flag(key string) bool {
	text := q.text(key)
	on, err := strconv.ParseBool(text)
	if err != nil && text != "" {
		q.bad(key, text, "1 or 0")
	}
	return on
}

// number reads a number from 0 to most; a greater one counts as most.
func (q *query) number(key string, or, most int) int {
	text := q.text(key)
	if text == "" {
		return or
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		q.bad(key, text, "a number from 0 on")
	}
	return min(n, most)
}

// limit reads how many are wanted: 0 is as many as may be.
func (q *query) limit(or, most int) int {
	if n := q.number("limit", or, most); n > 0 {
		return n
	}
	return most
}

// seq reads the number of an event.
func (q *query) seq(key string) uint64 {
	text := q.text(key)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		q.bad(key, text, "a number from 0 on")
	}
	return n
}

func (q *query) duration(key string, most time.Duration) time.Duration {
	text := q.text(key)
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		q.bad(key, text, "a duration like 5s")
	}
	return min(d, most)
}

// list reads a list with commas, of which it takes no more than most.
func (q *query) list(key string, most int) []string {
	text := q.text(key)
	if text == "" {
		return nil
	}
	all := strings.Split(text, ",")
	return all[:min(len(all), most)]
}

func (q *query) bad(key, text, want string) {
	if q.err == nil {
		q.err = &Error{Code: BadRequest, Message: fmt.Sprintf("%s=%q makes no sense", key, text), Try: want}
	}
}
