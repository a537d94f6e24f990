// Package registry finds processes by keys: a process registers itself under
// any number of keys, each with a value, and is found by them until it ends.
//
// A registry is made once and started under a supervisor, before those that use
// it:
//
//	var matches = registry.New[int, string](registry.Options{})
//
//	supervisor.Spec{Children: []supervisor.ChildSpec{
//		{ID: "matches", Start: matches},
//		…
//	}}
//
// With [Unique] keys it names processes, as many as one likes: a server is
// started under matches.Via(123) and called by it. With [Duplicate] keys it is
// the list of those who are interested in something, and [Registry.Dispatch]
// reaches them all.
//
// # What is promised
//
// An entry is gone before anybody can hear of the end of its process, by a link
// or a monitor, and a process that has ended is never found. Looking something
// up takes no message: it is a read of shared memory, spread over many locks
// that are held for moments.
//
// The processes that have entries are linked with the registry. When it ends,
// its entries go and they get an exit signal, so that they register anew when
// their own supervisors have restarted them.
//
// It answers to Elixir's Registry.
package registry
