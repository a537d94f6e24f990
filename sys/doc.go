// Package sys looks into servers while they run: it shows their state, suspends
// and resumes them, and tells what goes in and out.
//
// It works with every server that the library knows how to write (packages
// genserver and statem, and supervisors), by its PID or name:
//
//	state, err := sys.State(ctx, coppice.Name("match_123"))
//
//	events, err := sys.Trace(ctx, coppice.Name("match_123"), sys.Limit{Events: 20})
//	for e := range events {
//		fmt.Println(e)
//	}
//
// What it asks is a message among the others, which the server answers between
// two of them: so all of a function is done at one moment of the server's life,
// and nothing is ever seen half done. Like a call it waits five seconds where
// the context has no deadline, and its error is then a *coppice.CallError with
// coppice.Timeout; with coppice.NoProc if there is no such process. A process
// that takes no such requests answers coppice.ErrNotSystem. A request does not
// count as a message to the server: its time-out begins anew after it.
//
// A behaviour of one's own takes part by a [Control].
//
// It answers to Erlang's sys.
package sys
