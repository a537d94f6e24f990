package shell

import (
	"context"
	"encoding/json"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// A Source is what the shell asks about a node, and has do what is to be done.
// It is all that the shell knows of the world.
type Source interface {
	// Status gives the figures of the node.
	Status(ctx context.Context) (inspect.Node, error)

	// Processes gives the processes for which a condition holds, as it is
	// typed into a find box, but at most so many; and how many there are.
	Processes(ctx context.Context, where string, limit int) (rows []inspect.Process, total int, err error)

	// Tree gives the tree of processes, with the children of many folded.
	Tree(ctx context.Context) ([]inspect.TreeRow, error)

	// Process tells about one process. The error of one that is not there Is
	// [inspect.ErrNotFound].
	Process(ctx context.Context, who string) (inspect.Detail, error)

	// Do has the node do something.
	Do(ctx context.Context, action Action) (Answer, error)
}

// An Action is what a node is to do.
type Action struct {
	// Verb is call, cast, exit, stop, start_child, terminate_child,
	// restart_child, delete_child, suspend, resume, or state, which only looks.
	Verb string
	To   string // a name or a pid

	Message  *inspect.Value // of call and cast: a struct whose type is the name of the message
	Argument *inspect.Value // of start_child
	Reason   string         // of exit and stop
	Child    string         // of the other verbs about children: a child id or a pid
}

// An Answer is what came of it: as text, and as data if it is data.
type Answer struct {
	Text string
	JSON json.RawMessage
}
