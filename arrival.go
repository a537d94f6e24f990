package coppice

import "time"

// arrivalsKept is for how many messages that wait their arrival is known.
const arrivalsKept = 10_000

// An arrivals is when messages came that the process has not asked about yet.
// Guarded by proc.mu.
type arrivals struct {
	last uint32 // the number of the last one that is no request
	at   map[arrival]time.Time
}

// An arrival is a message: a request has a slot and its generation, others get
// a number in place of that.
type arrival struct {
	slot *slot
	gen  uint32
}

// NoteArrivals has the process note from now on when messages come into its
// mailbox, for [Process.Arrived], or no more: for behaviours that tell what they
// do. It costs each message a reading of the clock and some memory while it
// waits.
func (p *Process) NoteArrivals(on bool) {
	q := p.proc
	q.mu.Lock()
	defer q.mu.Unlock()
	q.noting = on
	if !on {
		if q.more != nil {
			q.more.arrivals = nil
		}
	} else if q.rare().arrivals == nil {
		q.more.arrivals = &arrivals{at: make(map[arrival]time.Time)}
	}
}

// Arrived returns when a message of the process came into its mailbox, once. It
// is zero if that was not noted: see [Process.NoteArrivals], or more than ten
// thousand were waiting.
func (p *Process) Arrived(m Message) time.Time {
	q := p.proc
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.noting {
		return time.Time{}
	}
	key := arrival{m.slot, m.gen}
	at := q.more.arrivals.at[key]
	delete(q.more.arrivals.at, key)
	return at
}

// note notes that m comes into the mailbox; p.mu is held.
func (p *proc) note(m *Message) {
	a := p.more.arrivals
	if len(a.at) == arrivalsKept {
		return
	}
	if m.slot == nil {
		a.last++
		m.gen = a.last
	}
	a.at[arrival{m.slot, m.gen}] = time.Now()
}
