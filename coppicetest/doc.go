// Package coppicetest runs a test on a node of its own, and fails it when a
// process crashes unexpectedly, does not end, or leaves something behind.
//
//	func TestCacheComesBack(t *testing.T) {
//		coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
//			startTree(n)
//			cache := coppicetest.Watch(t, n, coppice.Name("cache"))
//			genserver.Cast(n, coppice.Name("cache"), Poison{})
//			coppicetest.ExpectCrash(t, n, coppicetest.Crash{Process: "cache", Text: "no case"})
//			cache.Restarted(1)
//		})
//	}
//
// # Time
//
// [Run] runs the test in a bubble of testing/synctest: its clock is a fake one,
// which moves on only when every goroutine of the test waits. So nothing here
// sleeps in earnest, an hour passes in no time, and time-outs come exactly when
// they should.
//
// An expectation lets all processes come to rest before it looks. Where what is
// expected is not there yet it lets the fake clock move on, step by step, and
// when Options.Limit is over it ends the test and says what it saw instead. As
// in any bubble, what waits for the world outside (a network, a lock of another
// bubble) does not count as waiting: the clock stands still meanwhile.
//
// # What fails a test
//
//   - a crash report that was neither expected ([ExpectCrash], [AllowCrashes])
//     nor caused by an injected fault; it is shown in full
//   - a zombie: code that runs on after its process was told to end or killed,
//     with its stack
//   - a process that does not end when the node stops, after the test
//   - code that is stuck even then, with its stack; the bubble itself tells of
//     goroutines that no process has
//   - a fault that never struck, as then the test did not test what it says
//
// The log of the node goes to the log of the test.
//
// # Circles of calls
//
// A call that closes a circle of processes which all wait for the next fails at
// once with a *coppice.CircleError, and the log says who waits for whom: a test
// need not wait out the time limits to learn of it. See Options.LeaveCircles.
//
// # Faults
//
// [Inject] has the k-th init, message or end of a process fail, panic, exit,
// hang or take its time, with no change in the code under test.
//
// # Messages that share memory
//
// Processes share nothing, but Go does not see to it. With Options.Copy every
// message is delivered as a deep copy, as between two computers: code that
// relies on shared memory fails at once, and so does the test when somebody
// changes what he has sent away.
package coppicetest
