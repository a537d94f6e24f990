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
	pages map[string]Page
	err   error // why it cannot be read
}

var errDamaged = errors.New("the book is damaged: only a new one helps")

func newBook(*coppice.Process, competition) (*Book, error) {
	return &Book{pages: map[string]Page{}}, nil
}

func (b *Book) open(_ *coppice.Process, o Open) (Page, error) {
	if _, known := b.pages[o.Match]; !known && b.err == nil {
		b.pages[o.Match] = o.Page
	}
	return b.pages[o.Match], b.err
}

func (b *Book) note(_ *coppice.Process, n Note) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	page := b.pages[n.Match]
	page.Events = append(page.Events, n.Kind)
	b.pages[n.Match] = page
	return len(page.Events), nil
}

func (b *Book) events(_ *coppice.Process, e Events) ([]string, error) {
	return slices.Clone(b.pages[e.Match].Events), b.err
}

func (b *Book) close(_ *coppice.Process, c Close) (genserver.None, error) {
	delete(b.pages, c.Match)
	return genserver.None{}, b.err
}

func (b *Book) numbers(*coppice.Process, Numbers) ([]int, error) {
	var all []int
	for page := range maps.Values(b.pages) {
		all = append(all, page.N)
	}
	slices.Sort(all)
	return all, b.err
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
