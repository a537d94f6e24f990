package main

import (
	"context"
	"iter"
	"math"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// A source is what a screen asks: a *control.Client.
type source interface {
	Node(context.Context) (inspect.Node, error)
	Processes(context.Context, inspect.Query) (inspect.Page, error)
	Tree(context.Context, inspect.TreeQuery) (inspect.Tree, error)
	Process(ctx context.Context, who string) (inspect.Detail, error)
	Crashes(context.Context) ([]inspect.Crash, error)
	Crash(ctx context.Context, id uint64) (inspect.Crash, error)
	Names(ctx context.Context, where string, limit int) (control.NameList, error)
	Do(ctx context.Context, action inspect.Action) (inspect.Result, error)
	Trace(ctx context.Context, who string, query url.Values) iter.Seq2[control.StreamEvent, error]
	Get(ctx context.Context, path string, query url.Values, answer any) error
}

// A view is what the rows of a screen are.
type view int

const (
	processes view = iota // a window of the table
	tree
	names
)

// A mode is what the keys are for.
type mode int

const (
	browsing   mode = iota // the rows
	finding                // the find box
	sorting                // the list of columns
	reading                // the page of a process
	acting                 // the list of what can be done, and its confirmation
	composing              // a message that is written
	commanding             // what can be gone to and done, by what it is called
	looking                // crashes, a crash report, or the log
	helping
)

// A screen is a live view as data: it is pressed, it asks, it is answered, and
// it is drawn. What it knows of the terminal is its size.
type screen struct {
	view          view
	width, height int
	palette       palette

	where  string
	sort   string
	desc   bool
	limit  int             // of the table, so many rows; 0: any number
	window time.Duration   // of the rates of the table; 0: as the node measures them
	unfold bool            // the many children of one process are a row each
	closed map[string]bool // rows of the tree whose children are hidden, by what they are called

	node    inspect.Node
	rows    []branch       // what is shown: a window of the table, or all of the tree or the names
	from    int            // the place of rows[0] among all
	matched int            // rows that there are
	rest    string         // what is not among them
	offset  int            // the first that is on the screen
	cursor  int            // the one that is marked
	held    bool           // it was marked by hand, and the mark goes where it goes
	widest  map[string]int // of the columns as they were drawn
	err     error          // why the last question had no answer

	selected map[string]inspect.Process // the rows that are, by what they are called

	mode    mode
	input   string // what was typed into the find box
	helped  mode   // from which the help was opened
	choice  int    // of the list of columns
	who     string // whose page is read
	detail  inspect.Detail
	scroll  int
	list    list
	intent  intent
	writing writing
	prompt  prompt
	clock   func() time.Time // nil: the time
	before  string           // the key before, where two belong together
	done    string           // what the last key has done, where one sees nothing of it
	paused  bool
}

// A question is what a screen asks for; the answer goes to the screen that
// still wants it.
type question struct {
	view  view
	list  inspect.Query
	trees inspect.TreeQuery
	who   string

	of     listing
	level  string
	report uint64 // the crash whose report is wanted
	word   string // the processes that it could become are wanted, and nothing else
}

// An answer is what came of a question.
type answer struct {
	question question
	node     inspect.Node
	page     inspect.Page
	tree     inspect.Tree
	names    control.NameList
	detail   inspect.Detail
	list     list
	matches  []inspect.Match
	err      error
}

// So much a screen asks for at most, where it does not ask for a window.
const (
	most      = 2000 // rows of a tree
	mostNames = 1000
)

func (s *screen) question() question {
	q := question{view: s.view}
	switch s.view {
	case names:
		q.list = inspect.Query{Where: s.where, Limit: mostNames}
	case tree:
		q.trees = inspect.TreeQuery{OpenAll: true, Where: s.where, Collapse: 50, Limit: most}
		if s.unfold {
			q.trees.Collapse = 0
		}
	default:
		q.list = inspect.Query{Where: s.where, Sort: s.sort, Desc: s.desc, Window: s.window, Offset: s.offset, Limit: max(1, s.space())}
		if s.limit > 0 {
			q.list.Limit = max(1, min(q.list.Limit, s.limit-s.offset))
		}
	}
	switch s.mode {
	case reading:
		q.who = s.who
	case composing:
		q = question{who: s.writing.to()}
	case acting:
		pids := s.intent.pids()
		q = question{list: inspect.Query{PIDs: pids, Limit: max(1, len(pids))}}
	}
	if q.of, q.report = s.list.of, s.list.report.ID; q.of != none {
		q = question{of: q.of, report: q.report, who: s.list.who, level: s.list.level}
	}
	if s.mode == commanding {
		q.word = strings.TrimSpace(s.prompt.input)
	}
	return q
}

// between is the time between two looks at what is seen, where that is not to be
// looked at all the time: names are costly where there are many, and a state is
// asked of the server itself, when one wants to see it.
func (s *screen) between() time.Duration {
	switch {
	case s.list.of == state:
		return math.MaxInt64
	case s.view == names && s.mode == browsing:
		return 5 * time.Second
	}
	return 0
}

// ask asks. It touches nothing of the screen, so that it may take its time.
func (q question) ask(ctx context.Context, from source) answer {
	a := answer{question: q}
	if a.node, a.err = from.Node(ctx); a.err != nil {
		return a
	}
	switch {
	case q.word != "":
		a.askMatches(ctx, from)
	case q.of != none:
		a.askList(ctx, from)
	case q.who != "":
		a.detail, a.err = from.Process(ctx, q.who)
	case q.view == names:
		a.names, a.err = from.Names(ctx, q.list.Where, q.list.Limit)
	case q.view == tree:
		a.tree, a.err = from.Tree(ctx, q.trees)
	default:
		a.page, a.err = from.Processes(ctx, q.list)
	}
	return a
}

// take takes an answer, unless something else is wanted by now. It reports whether
// the answer was about rows that are not to be seen, so that one has to ask anew.
func (s *screen) take(a answer) (again bool) {
	q := s.question()
	a.question.list.Window = q.list.Window // at first it is shorter
	if !reflect.DeepEqual(a.question, q) {
		return false
	}
	s.err = a.err
	if a.err != nil {
		return false
	}
	s.node = a.node
	if q.word != "" {
		s.prompt.found = a.matches
		return false
	}
	if q.of != none {
		s.takeList(a.list, q.report)
		return false
	}
	switch s.mode {
	case reading:
		s.detail = a.detail
	case composing:
		s.writing.take(a.detail)
	case acting:
		s.intent.take(a.page.Rows)
	default:
		s.takeRows(a)
		return s.view == processes && s.offset != q.list.Offset
	}
	return false
}

// takeRows takes the rows of the view.
func (s *screen) takeRows(a answer) {
	marked := s.marked()
	s.from, s.rest = a.question.list.Offset, ""
	switch s.view {
	case names:
		s.rows, s.rest = holdings(a.names, s.where), unlisted(a.names)
		s.matched = len(s.rows)
	case tree:
		s.rows = s.visible(branches(a.tree.Rows))
		s.matched = len(s.rows)
	default:
		s.rows = nil
		for _, p := range a.page.Rows {
			s.rows = append(s.rows, branch{TreeRow: inspect.TreeRow{Process: p}})
		}
		s.matched = a.page.Matched
		if s.limit > 0 {
			s.matched = min(s.matched, s.limit)
		}
	}
	s.follow(marked)
	s.keep()
}

// follow keeps the mark on its row, wherever that has gone.
func (s *screen) follow(marked string) {
	if i := slices.IndexFunc(s.rows, func(b branch) bool { return keyOf(b) == marked }); i >= 0 && marked != "" && s.held {
		s.cursor = i + s.from
	}
	s.move(0)
}

// keyOf tells a row from others over restarts: by its name, or where it has
// none by its pid.
func keyOf(b branch) string {
	switch {
	case b.key != "":
		return b.key
	case b.Pool > 0:
		return b.Parent + "/pool"
	case b.Name != "":
		return b.Name
	case b.PID != "":
		return b.PID
	}
	return b.Parent + "/" + b.ID
}

// at is the row that is marked.
func (s *screen) at() (branch, bool) {
	i := s.cursor - s.from
	if i < 0 || i >= len(s.rows) {
		return branch{}, false
	}
	return s.rows[i], true
}

func (s *screen) marked() string {
	b, ok := s.at()
	if !ok {
		return ""
	}
	return keyOf(b)
}

// visible leaves out what is below closed rows.
func (s *screen) visible(all []branch) []branch {
	var shown []branch
	below := 0 // the level of the closed row above; 0: there is none
	for _, b := range all {
		if below > 0 && b.Level > below {
			shown[len(shown)-1].hidden++
			continue
		}
		below = 0
		if s.closed[keyOf(b)] {
			below = b.Level
		}
		shown = append(shown, b)
	}
	return shown
}

// move moves the mark, and the window with it.
func (s *screen) move(by int) {
	s.cursor = min(max(0, s.cursor+by), max(0, s.matched-1))
	space := max(1, s.space())
	switch {
	case s.cursor < s.offset:
		s.offset = s.cursor
	case s.cursor >= s.offset+space:
		s.offset = s.cursor - space + 1
	}
	s.offset = min(s.offset, max(0, s.matched-space))
}

// space is how many rows of a table there is room for.
func (s *screen) space() int { return s.height - len(s.top()) - 2 }
