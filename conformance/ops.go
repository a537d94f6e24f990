package conformance

import (
	"maps"

	"github.com/seed-7832d3a3/coppice"
)

// An operation executes a step as a process, and returns the result that is to
// be traced, or nothing.
type operation func(a *actor, s *Step) (result string)

// operations lists what can be executed, by verb. A file for another module of
// OTP adds its verbs here and its kinds in kinds.
func operations() map[string]operation {
	all := map[string]operation{}
	for _, some := range []map[string]operation{processOps, nameOps, callOps, timerOps, supervisorOps, taskOps, registryOps, agentOps, partitionOps, sysOps} {
		maps.Copy(all, some)
	}
	return all
}

// within is the hold on the process with which an operation waits that takes no
// longer than limit milliseconds.
func (a *actor) within(limit int) *coppice.Process {
	if limit == infinite {
		return a.p.WithoutTimeout()
	}
	return a.p.WithTimeout(milliseconds(limit))
}

// waiting executes f, which waits for an answer no longer than limit. A wait
// without a limit does not keep a block from settling.
func (a *actor) waiting(limit int, f func(*coppice.Process)) {
	if limit != infinite {
		f(a.within(limit))
		return
	}
	a.in(blocked, func() { f(a.within(limit)) })
}

// started gives the result of a start.
func (r *run) started(pid coppice.PID, err error) string {
	switch {
	case err == nil && pid.IsZero():
		return "ok undefined"
	case err == nil:
		return "ok " + r.name(pid)
	case err == coppice.Ignore:
		return "ignore"
	}
	return "error " + r.reason(err)
}
