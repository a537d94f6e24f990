package saturday

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// A Page is what the book has on a match.
type Page struct {
	N       int // which match of the competition it is
	KickOff time.Time
	Events  []string
}

// Open is the call that begins a page, and returns it; one that is there
// already stays as it is.
type Open struct {
	genserver.Returns[Page]
	Match string
	Page  Page
}

// Note is the call that adds an event, and returns its number.
type Note struct {
	genserver.Returns[int]
	Match, Kind string
}

// Events is the call for what has happened in a match.
type Events struct {
	genserver.Returns[[]string]
	Match string
}

// Close is the call that tears the page of a match out.
type Close struct {
	genserver.Returns[genserver.None]
	Match string
}

// Numbers is the call for the numbers of the matches that have a page, in
// order.
type Numbers struct{ genserver.Returns[[]int] }

// Damage is cast to a book that is to be of no use any more.
type Damage struct{}

// A Book has what happened in the matches of a competition. It outlives them,
// so that what a crash loses can be made up for.
type Book struct {
	pages  map[string]Page
	err    error         // why it cannot be read
	trying time.Duration // how long it tries then: so each restart that fails for want of it takes its time, and the fault can be watched as it rises
}

var errDamaged = errors.New("the book is damaged: only a new one helps")

func newBook(_ *coppice.Process, c competition) (*Book, error) {
	return &Book{pages: map[string]Page{}, trying: c.trying}, nil
}

// readable gives the error that every call is answered with.
func (b *Book) readable(p *coppice.Process) error {
	if b.err != nil {
		p.Sleep(b.trying)
	}
	return b.err
}

func (b *Book) open(p *coppice.Process, o Open) (Page, error) {
	if err := b.readable(p); err != nil {
		return Page{}, err
	}
	if _, known := b.pages[o.Match]; !known {
		b.pages[o.Match] = o.Page
	}
	return b.pages[o.Match], nil
}

func (b *Book) note(p *coppice.Process, n Note) (int, error) {
	if err := b.readable(p); err != nil {
		return 0, err
	}
	page := b.pages[n.Match]
	page.Events = append(page.Events, n.Kind)
	b.pages[n.Match] = page
	return len(page.Events), nil
}

func (b *Book) events(p *coppice.Process, e Events) ([]string, error) {
	return slices.Clone(b.pages[e.Match].Events), b.readable(p)
}

func (b *Book) close(p *coppice.Process, c Close) (genserver.None, error) {
	delete(b.pages, c.Match)
	return genserver.None{}, b.readable(p)
}

func (b *Book) numbers(p *coppice.Process, _ Numbers) ([]int, error) {
	var all []int
	for page := range maps.Values(b.pages) {
		all = append(all, page.N)
	}
	slices.Sort(all)
	return all, b.readable(p)
}

func (b *Book) damage(*coppice.Process, Damage) error {
	b.err = errDamaged
	return nil
}

var book = genserver.Define(newBook,
	genserver.OnCall((*Book).open),
	genserver.OnCall((*Book).note),
	genserver.OnCall((*Book).events),
	genserver.OnCall((*Book).close),
	genserver.OnCall((*Book).numbers),
	genserver.OnCast((*Book).damage),
)
