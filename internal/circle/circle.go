// Package circle finds out whether who begins to wait will wait for ever. It is
// a function without effects.
package circle

// Find returns those who wait for each other for ever once start waits: start
// and all that it waits for, directly or not, in the order in which they were
// come to. It returns nil if one of them waits for nobody, as that one goes on,
// and if none of them waits for start, which then closes no circle.
//
// waits tells for whom somebody waits, any one of whom ends the wait; nobody:
// it does not wait. It is called once for each.
func Find[P comparable](start P, waits func(P) []P) []P {
	found, seen, closed := []P{start}, map[P]bool{start: true}, false
	for at := 0; at < len(found); at++ {
		next := waits(found[at])
		if len(next) == 0 {
			return nil
		}
		for _, p := range next {
			closed = closed || p == start
			if !seen[p] {
				seen[p] = true
				found = append(found, p)
			}
		}
	}
	if !closed {
		return nil
	}
	return found
}
