package restart

// What users ask of a supervisor by hand touches one child and spends no
// intensity, whatever the strategy. Each answer is the status that the child
// had, from which the supervisor makes its reply.
//
// To restart a child by hand needs no method of its own: one that is Down may
// be started, any other Status is the error. Started or Ignored tells the
// outcome; a start by hand that fails is told to its caller and not here, and
// the child stays Down.

// Add adds a child that is Down after all others and answers Absent. If its id
// is in use it changes nothing and answers the status of the child that has it.
//
// A supervisor adds the children of its specification before [Children.Init],
// and one that it is asked to start by hand once it has started or ignored it:
// what fails to start by hand was never a child.
func (cs *Children) Add(spec Child) Status {
	if c := cs.byID[spec.ID]; c != nil {
		return c.status
	}
	c := &child{Child: spec, status: Down, prev: cs.root.prev, next: &cs.root}
	c.prev.next, c.next.prev = c, c
	cs.byID[c.ID] = c
	return Absent
}

// Terminate plans the stop of one child and answers the status it had; any but
// Absent is a success. A retry of it that is due is called off. Then, as in
// OTP, the children that were to be started after it by that retry stay Down
// too, until they are started by hand or a restart takes them along.
func (cs *Children) Terminate(id string) (p Plan, was Status) {
	c := cs.byID[id]
	if c == nil {
		return Plan{}, Absent
	}
	was = c.status
	p.Stop = down(c, c.next)
	if c.Restart == Temporary {
		cs.drop(c)
		p.Drop = []string{id}
	}
	return p, was
}

// Delete drops a child that is Down and answers the status it had; any but Down
// is an error and changes nothing.
func (cs *Children) Delete(id string) Status {
	c := cs.byID[id]
	if c == nil {
		return Absent
	}
	if c.status == Down {
		cs.drop(c)
	}
	return c.status
}
