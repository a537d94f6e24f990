// Package statem is for state machines: servers whose state has a name, and
// that accept other messages, or do other things with them, in each state.
//
// A machine is a plain struct for the data, and a table that says for each state
// which methods handle which messages. The messages are those of package
// genserver: a call embeds genserver.Returns. A door with a code lock:
//
//	type lock struct{ code, typed string }
//
//	type Button struct{ Digit string } // a cast
//	type relock struct{}               // a time-out
//
//	var locks = statem.Define(newLock,
//		statem.State("locked", statem.OnCast((*lock).button)),
//		statem.State("open",
//			statem.OnEnter((*lock).opened),
//			statem.OnCast((*lock).later),
//			statem.OnTimeout((*lock).relock),
//		),
//	)
//
//	func (l *lock) button(p *coppice.Process, b Button) error {
//		if l.typed += b.Digit; l.typed == l.code {
//			statem.Next(p, "open")
//		}
//		return nil
//	}
//
//	func (l *lock) opened(p *coppice.Process, from string) error {
//		l.typed = ""
//		statem.SetTimeout(p, statem.StateTimeout, 10*time.Second, relock{})
//		return nil
//	}
//
//	func (l *lock) later(p *coppice.Process, _ Button) error { statem.Postpone(p); return nil }
//
//	func (l *lock) relock(p *coppice.Process, _ relock) error { statem.Next(p, "locked"); return nil }
//
// A handler says what is to happen next, by [Next], [Postpone], [SetTimeout] and
// their kin, and it happens when the handler has returned. What no handler of the state is for goes to the handlers given
// to Define outside of any state; a machine may have nothing but those, and then
// the states are whatever names it uses (gen_statem's handle_event mode).
//
// # The order of things
//
// When a handler has returned: its reply goes out; if the state changes, OnEnter
// of the new state runs; if asked to, the event is postponed; if the state has
// changed, the postponed events come before all that waits, in their order, and
// a state time-out ends; an event time-out ends in any case; new time-outs begin,
// in the order they were asked for; and last, inserted events come before all
// others. Then the next event is handled: one that waits in the machine; if
// there is none, a time-out of zero, the oldest first; then the mailbox.
//
// What the error of a handler means is said in package genserver, and is the
// same here, but that the reply of a call that stops goes out before Terminate.
//
// It answers to Erlang's gen_statem.
package statem
