package coppice

// beforeInit calls Options.Before, as its two kin do: nothing more than a check
// where there is none.
func (p *proc) beforeInit() error {
	if b := p.node.options.Before; b != nil {
		return b.Init(&p.self)
	}
	return nil
}

func (p *proc) beforeHandle(m Message) error {
	if b := p.node.options.Before; b != nil {
		return b.Handle(&p.self, m)
	}
	return nil
}

func (p *proc) beforeTerminate(reason error) error {
	if b := p.node.options.Before; b != nil {
		return b.Terminate(&p.self, reason)
	}
	return nil
}

// onSend is what is sent to p instead of body. No lock or fence is held, as it
// may be code of the user's.
func (p *proc) onSend(body any) any {
	if p == nil || p.node.options.OnSend == nil {
		return body
	}
	return p.node.options.OnSend(body)
}
