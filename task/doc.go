// Package task runs functions in processes of their own, so that a process can
// go on with something else and take the values later.
//
// A task belongs to the process that starts it, its owner, and is linked with
// it: one that is not awaited any more, because its owner has failed, does not
// run on, and an owner does not wait in vain for one that has failed:
//
//	page, err := task.Async(p, func(q *coppice.Process) (Page, error) {
//		return fetch(q, url)
//	})
//	// … something else …
//	value, err := page.Await(p)
//
// [Stream] does so for each of many inputs, a few at a time:
//
//	for page, err := range task.Stream(p, slices.Values(urls), fetch, task.StreamOptions{MaxConcurrency: 4}) {
//
// # Which one to use
//
// [Async] for work that the owner cannot do without. [AsyncNoLink] for work that
// may fail: under a [Supervisor], which ends its tasks when it is stopped and
// shows them to tools. [StartChild] for work that nobody waits for. A server,
// which must not wait, starts its tasks by AsyncNoLink and gets their messages
// in OnInfo, see [Task.Take].
//
// # What a task's end means
//
// A task ends normally when its function returns a value and no error. An error
// is its exit reason, as it is for every process, and a panic is a
// *coppice.PanicError: then Await has no value but a *coppice.CallError with the
// reason, and an owner that is linked and does not trap exits has ended already.
// Waiting for a task has the time limits of a call; a value that comes too late
// goes nowhere.
//
// A task knows for whom it works (coppice.Process.Callers), and its context has
// the values of its starter's. It answers to Elixir's Task and Task.Supervisor.
package task
