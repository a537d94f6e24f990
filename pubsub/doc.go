// Package pubsub lets a process tell something to all who want to hear it,
// without knowing them: they subscribe to a topic, and what is published there
// reaches each of them as a message.
//
// A bus is made once and started under a supervisor, before those that use it:
//
//	var goals = pubsub.New[MatchID, Goal](pubsub.Options{})
//
//	supervisor.Spec{Children: []supervisor.ChildSpec{
//		{ID: "goals", Start: goals},
//		…
//	}}
//
// A server subscribes in its constructor, and handles a Goal by
// genserver.OnInfo; others publish:
//
//	err := goals.Subscribe(p, match)
//	err := goals.Publish(ctx, match, Goal{"home", 23})
//
// For a subscriber that is no more than a function there is [Bus.Handler].
//
// # What is promised
//
//   - What one process publishes reaches each subscriber in its order, and before
//     or after anything else that the process sends there, in its place.
//   - Publishing waits for nobody: a subscriber that is slow, hangs or crashes
//     holds up and harms neither the publisher nor the others.
//   - A subscriber that has ended is none any more before anybody can hear of its
//     end.
//   - When the bus ends its subscribers get an exit signal, so that they
//     subscribe anew when their own supervisors have restarted them.
//
// A message is shared by all that get it, so nobody may change what it refers to.
//
// It answers to Elixir's Phoenix.PubSub on one node, and to Erlang's gen_event.
package pubsub
