// Package supervisor keeps processes running: a supervisor starts its children
// in order, starts again those that crash, and stops them in reverse order.
//
// A [Supervisor] has a list of children that is known beforehand. Its strategy
// says which of them are restarted together:
//
//	sup := supervisor.New(supervisor.Spec{
//		Strategy: supervisor.RestForOne,
//		Children: []supervisor.ChildSpec{
//			{ID: "cache", Start: cache.With("empty", genserver.Name(coppice.Name("cache")))},
//			{ID: "poller", Start: supervisor.Body(poll), Restart: supervisor.Transient},
//		},
//	})
//	pid, err := sup.Start(node)
//
// A [Dynamic] has any number of children of one kind, started on demand, and a
// [Partition] a fixed number of them, among which a key chooses.
//
// A supervisor that has to restart children more often than its [Limit] allows
// gives up: it stops all its children and ends with coppice.Shutdown, and its
// own supervisor decides what then. So a fault that a restart does not mend
// rises in the tree until a restart does.
//
// # When restarts do not help at once
//
// As in OTP a child is started again at once, and a start that fails is tried
// again at once, until the [Limit] is reached: within moments, if what is missing
// is a database that is away for a minute. A [Backoff] has a child wait before
// it is started again, longer each time:
//
//	supervisor.ChildSpec{ID: "feed", Start: feed, Backoff: supervisor.Between(time.Second, time.Minute)}
//
// The Limit counts as before: one for each end that leads to a restart, and one
// for each restart that failed, whenever it is decided. So whether the supervisor
// gives up depends on whether more of them than the Limit allows fall into its
// period; where the waits keep them apart it goes on trying for ever.
//
// # What to expect
//
//   - While a supervisor starts or stops children it answers nobody, so nobody
//     sees a half-done state. Only a restart that fails is put off, behind what
//     is in its mailbox, and counts against the Limit each time.
//   - A child is stopped by an exit signal with coppice.Shutdown and has its own
//     time to end, after which it is killed: the supervisor goes on then, even if
//     the code of the child does not return.
//   - If a supervisor is killed its children end by their links.
//   - A request to a supervisor that has ended, or ends before it answers, fails
//     with a *coppice.CallError, at once.
//
// It answers to Erlang's supervisor and Elixir's Supervisor, DynamicSupervisor
// and PartitionSupervisor.
package supervisor
