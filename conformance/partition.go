package conformance

import (
	"fmt"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

type partitioned = supervisor.Partition

var partitionKinds = map[Kind]kind{PartSup: {
	start:      startPartitions,
	entry:      func(r *run, d *Def, key Term) coppice.Addr { return r.partitionsOf(d).At(keyOf(key)) },
	supervises: true,
}}

// keyOf is a term as a key: numbers choose a partition as they are.
func keyOf(t Term) any {
	if n, ok := t.(Int); ok {
		return int(n)
	}
	return t.String()
}

// partitionsOf is the supervisor of a definition, which need not run.
func (r *run) partitionsOf(d *Def) *partitioned {
	r.recipes.mu.Lock()
	defer r.recipes.mu.Unlock()
	if sup, ok := r.recipes.partitions[d.Name]; ok {
		return sup
	}
	sup := &partitioned{
		Partitions: r.codes.number(d.Partitions, 2),
		Strategy:   choose(&r.codes, d.Strategy, strategies),
		Restarts:   r.limit(d),
		Child: func(i int) supervisor.ChildSpec {
			spec := r.spec(d.Child)
			spec.Start = starter{r, fmt.Sprintf("%s.%d", d.Child, i)}
			return spec
		},
	}
	if r.recipes.partitions == nil {
		r.recipes.partitions = map[string]*partitioned{}
	}
	r.recipes.partitions[d.Name] = sup
	return sup
}

func startPartitions(r *run, p *coppice.Process, d *Def, name string, _ time.Duration) (coppice.PID, error) {
	pid, err := r.partitionsOf(d).StartLink(p)
	return r.announce(p, name, pid, err)
}

// partitionOps are the operations on partition supervisors only.
var partitionOps = map[string]operation{"partitions": func(a *actor, s *Step) string {
	n, err := a.run.partitionsOf(a.run.scenario.Defs[s.Args[0]]).Count(a.p)
	if err != nil {
		return "exit(noproc)"
	}
	return fmt.Sprint(n)
}}
