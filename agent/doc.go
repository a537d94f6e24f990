// Package agent keeps a value in a process of its own, where functions read and
// change it one after the other.
//
//	var counter = agent.New(func() int { return 0 }, agent.Name(coppice.Name("counter")))
//
//	ref, err := counter.Start(ctx)
//	err = agent.Update(ctx, ref, func(n int) int { return n + 1 })
//	n, err := agent.Get(ctx, ref, func(n int) int { return n })
//
// The functions run in the agent's process: what takes long there holds up all
// others, and a panic there ends the agent. It is for state that is shared and
// simple; what has messages of its own is a server, see package genserver.
//
// What a function returns leaves the process. If that is a pointer, a map or a
// slice of the state it is shared then, and nothing protects it: return copies.
//
// It answers to Elixir's Agent.
package agent
