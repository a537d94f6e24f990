package conformance

// phash2 is what erlang:phash2/2 takes the remainder of. Pids have no value that
// is the same in two runs.
func phash2(t Term) uint32 {
	if word, ok := t.(Atom); ok {
		return word.hash()
	}
	var h hash
	h.term(t)
	return uint32(h)
}

// hash is what an atom has in Erlang's table of atoms.
func (a Atom) hash() (h uint32) {
	for i := range len(a) {
		h = h<<4 + uint32(a[i])
		if high := h & 0xf0000000; high != 0 {
			h ^= high>>24 ^ high
		}
	}
	return h
}

// A hash is the value so far, into which each part of a term is mixed with a
// factor that says what it is: Bob Jenkins' function of 1996.
type hash uint32

const golden uint32 = 0x9e3779b9

const (
	ofNumber = 1 + iota
	ofNil
	ofAtom
	ofBytes
	ofPID
	ofTuple    = 9
	ofNegative = 10
	ofLarge    = 11
)

func (h *hash) term(t Term) {
	switch t := t.(type) {
	case Int:
		h.number(int64(t))
	case Atom:
		if *h == 0 {
			*h = hash(t.hash())
		} else {
			h.mix(ofAtom, t.hash(), 0)
		}
	case Tuple:
		h.mix(ofTuple, uint32(len(t)), 0)
		for _, x := range t {
			h.term(x)
		}
	case List:
		h.list(t)
	case PIDName:
		h.mix(ofPID, 0, 0)
	}
}

// small is the number of bits of a number that is mixed in as it is.
const small = 28

func (h *hash) number(n int64) {
	if n >= -1<<(small-1) && n < 1<<(small-1) {
		if n < 0 {
			h.mix(ofNumber, uint32(-n), 0)
		}
		h.mix(ofNumber, uint32(n), 0)
		return
	}
	what, size := uint32(ofLarge), uint64(n)
	if n < 0 {
		what, size = ofNegative, uint64(-n)
	}
	h.mix(what, uint32(size), uint32(size>>32))
}

// list takes the bytes that a list begins with four by four, and what comes behind
// them element by element with bytes in between.
func (h *hash) list(l List) {
	for len(l) > 0 {
		n, word := 0, uint32(0)
		for ; n < len(l) && isByte(l[n]); n++ {
			word = word<<8 + uint32(l[n].(Int))
			if n%4 == 3 {
				h.mix(ofBytes, word, 0)
				word = 0
			}
		}
		if n%4 > 0 {
			h.mix(ofBytes, word, 0)
		}
		if l = l[n:]; len(l) > 0 {
			h.term(l[0])
			l = l[1:]
		}
	}
	if *h == 0 {
		*h = 3468870702
	} else {
		h.mix(ofNil, 2, 0)
	}
}

func isByte(t Term) bool {
	n, ok := t.(Int)
	return ok && 0 <= n && n <= 255
}

func (h *hash) mix(what, x, y uint32) {
	a, b, c := golden*what+x, golden*what+y, uint32(*h)
	for _, shift := range [3][3]uint{{13, 8, 13}, {12, 16, 5}, {3, 10, 15}} {
		a = (a - b - c) ^ c>>shift[0]
		b = (b - c - a) ^ a<<shift[1]
		c = (c - a - b) ^ b>>shift[2]
	}
	*h = hash(c)
}
