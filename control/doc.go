// Package control lets a program be looked into while it runs: it answers the
// command line, the observer, and whoever else can speak HTTP.
//
// One line in the program opens a unix socket that only its own user can use:
//
//	control.Serve(node, control.Options{Actions: true})
//
// and from then on
//
//	coppice tree shop
//
// shows what runs on the node that is called shop. The socket goes when the
// node stops.
//
// [Serve] gives the JSON API of [Handler] a socket. [Dial] finds a node by its
// name and returns a [Client], and [Nodes] lists those that there are. Without
// Options.Actions nothing that is asked changes anything.
//
// It answers to what a remote shell (erl -remsh) is used for, without running
// code in the node.
package control
