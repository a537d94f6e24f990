// Package model is OTP in small: what processes, links, monitors, names, servers,
// supervisors, keys and tasks do, as a machine that takes one tiny step at a
// time. It knows nothing of the library, and its test has both do the same, at
// random, and compares them after every operation.
//
// A [World] is data. A process that waits is one whose next step is not enabled;
// what it has still to do is a list of acts and not a stack. So a world can be
// copied, and where several processes are at work at once [World.Settle] follows
// every order in which they can be, and returns all worlds that may come of it.
//
// The rules are those of the reference manual, of gen_server and of supervisor,
// and for keys and tasks those of Elixir's Registry and Task; OTP has neither
// mailboxes that can be full nor children that wait before they are restarted.
// Where Go makes the library differ (docs/guarantees.md) the model says so.
package model
