package conformance

import (
	"maps"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// A kind says what the runner does with the definitions of a [Kind].
type kind struct {
	// start starts a process linked with p, which executes it; within limit,
	// if that is not 0. It is nil for a kind that is not started like this.
	start func(r *run, p *coppice.Process, d *Def, name string, limit time.Duration) (coppice.PID, error)
	// entry is the address of an entry reg:key, nil for a kind that has none.
	entry func(r *run, d *Def, key Term) coppice.Addr
	// supervises says that it is a supervisor, as a child.
	supervises bool
}

// kinds lists what can be started. A file for another module of OTP adds its
// kinds here and its verbs in operations.
func kinds() map[Kind]kind {
	all := map[Kind]kind{Proc: {}}
	for _, some := range []map[Kind]kind{workerKinds, supervisorKinds, taskKinds, registryKinds, agentKinds, partitionKinds} {
		maps.Copy(all, some)
	}
	return all
}

var (
	workerKinds     = map[Kind]kind{Worker: {start: startWorker}}
	supervisorKinds = map[Kind]kind{
		Sup:    {start: startSup, supervises: true},
		DynSup: {start: startDynSup, supervises: true},
	}
)

// errNotServer is the answer to the start of a definition that is no server.
const errNotServer = scripted("not_a_server")

// start starts a definition, linked with p. If it fails no incarnation that it
// took is shown to end.
func (r *run) start(p *coppice.Process, name string, limit time.Duration) (pid coppice.PID, err error) {
	d := r.scenario.Defs[definition(name)]
	if d == nil { // of a simple_one_for_one supervisor: that takes any name
		return coppice.PID{}, scripted("{EXIT,error({badkey,attrs,nil})}")
	}
	k := r.kinds[d.Kind]
	if k.start == nil {
		return coppice.PID{}, errNotServer
	}
	before := r.books.incarnations(name)
	starts := func() { pid, err = k.start(r, p, d, name, limit) }
	if a := r.books.of(p.Self()); a != nil {
		a.in(blocked, starts)
	} else {
		starts()
	}
	if err != nil {
		for inc := before + 1; inc <= r.books.incarnations(name); inc++ {
			r.deaths.fail(lane{name, inc})
			r.unregistered(p, d, lane{name, inc}, err)
		}
	}
	return pid, err
}

// register is the name under which a definition is to be registered, or nil.
func (r *run) register(d *Def) coppice.Addr {
	switch {
	case d.Registered != "":
		return coppice.Name(d.Registered)
	case d.Via != "":
		if t, err := parseTarget(d.Via); err == nil {
			return r.entry(t.name, t.key)
		}
	}
	return nil
}

// entry is the address reg:key, or nil if reg has no entries.
func (r *run) entry(reg string, key Term) coppice.Addr {
	d := r.scenario.Defs[reg]
	if d == nil || r.kinds[d.Kind].entry == nil {
		return nil
	}
	return r.kinds[d.Kind].entry(r, d, key)
}
