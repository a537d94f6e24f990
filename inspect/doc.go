// Package inspect shows what runs on a node: which processes there are, who
// started whom, what each is doing, and what it would understand, as plain data
// that a program can print, send and compare.
//
//	for _, row := range page.Rows {
//		fmt.Println(row.PID, row.Name, row.Status, row.Mailbox)
//	}
//
// [Of] gives the view of a node. What it tells is read from the node's own
// books: no message is sent and no process waits, however many there are. The
// command line and the observer are made of it, through package control.
//
// It answers to what Erlang's observer and recon read with process_info/2.
package inspect
