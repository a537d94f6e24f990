package inspect

import (
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/internal/show"
)

// A View is what can be seen of one node. It is safe for concurrent use.
type View struct {
	node      *coppice.Node
	sampler   sampler
	asked     asked
	chronicle chronicle
	flights   flights
	plots     plots
	stacks    costly[map[coppice.PID]string]
	zombies   costly[[]Zombie]
	groups    costly[[]Group]
	asker     show.Asker // of all values of the user's that are shown
}

type viewKey struct{}

// Of returns the view of a node. There is one for each: whoever asks gets the
// same.
func Of(n *coppice.Node) *View {
	v, ok := n.Shelf().Load(viewKey{})
	if !ok {
		fresh := &View{node: n}
		fresh.sampler.view = fresh
		v, _ = n.Shelf().LoadOrStore(viewKey{}, fresh)
	}
	return v.(*View)
}

// A Query says which processes to list, and in which order.
type Query struct {
	// Where is what one types into a find box: terms that must all hold. A word
	// is part of the name, PID, label or id; key:value is part of a text,
	// key=value the whole of it; key>value (<, >=, <=, =, !=) compares a number,
	// a duration like 5s or a share like 50%; a ! in front negates. The keys are
	// those of [Columns]. "Two words" go into quotes.
	Where  string
	PIDs   []string // these and no others, in this order; those that have ended are dead
	Sort   string   // a column; pid if empty
	Desc   bool
	Offset int
	Limit  int // 0: all

	// Window has the rates measured over so long a time from now on, instead of
	// what is known of them: they are 0 if nobody has watched.
	Window time.Duration
}

// A Page is a part of a list.
type Page struct {
	Total   int        `json:"total"`           // processes in all
	Matched int        `json:"matched"`         // those that the query is about
	AsOf    *time.Time `json:"as_of,omitempty"` // when it was found out which they are, and their order, if that was not just now
	Rows    []Process  `json:"rows"`            // what these do at the moment
}
