package coppice

// StopReason returns the reason with which [Stop] asks for the end of the
// process, if m is such a request. It is for behaviours that receive messages
// themselves, as a suspended one does: what comes to Handle or to the body of a
// process is never one.
func (m Message) StopReason() (reason error, ok bool) {
	stop, ok := m.Body.(*stopRequest)
	if !ok || m.kind != kindSystem {
		return nil, false
	}
	stop.taken.Store(true)
	return stop.reason, true
}

// MailboxLen returns how many messages wait to be received or handled. It has
// to be called on the process's own goroutine. It answers to message_queue_len.
func (p *Process) MailboxLen() int {
	q := p.proc
	n := 0
	if q.work != nil {
		n = q.work.inbox.Len()
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	return n + q.box.Len()
}
