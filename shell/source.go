package shell

import (
	"context"

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

	// Complete gives the processes that a word could become.
	Complete(ctx context.Context, q inspect.CompleteQuery) ([]inspect.Match, error)

	// Tree gives the tree of processes, with the children of many folded.
	Tree(ctx context.Context) ([]inspect.TreeRow, error)

	// Process tells about one process. The error of one that is not there Is
	// [inspect.ErrNotFound].
	Process(ctx context.Context, who string) (inspect.Detail, error)

	// Crashes gives the crashes that the node remembers, the latest first.
	Crashes(ctx context.Context) ([]inspect.Crash, error)

	// Crash gives the report of one of them.
	Crash(ctx context.Context, id uint64) (inspect.Crash, error)

	// Do has the node do something. Beside the verbs of [inspect.Action] there
	// is state, which changes nothing: what a server shows of its state.
	Do(ctx context.Context, action inspect.Action) (inspect.Result, error)
}
