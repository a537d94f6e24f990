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

// keyOf is a term as a key: numbers choose a partition as they are, and words as
// Erlang's hash of them does, since which hash a library has is its own affair.
func keyOf(t Term) any {
	switch t := t.(type) {
	case Int:
		return int(t)
	case Atom:
		return phash2(t)
	}
	return t.String()
}

// phash2 is what erlang:phash2/2 takes the remainder of, for an atom.
func phash2(a Atom) int {
	var h uint32
	for i := range len(a) {
		h = h<<4 + uint32(a[i])
		if high := h & 0xf0000000; high != 0 {
			h ^= high>>24 ^ high
		}
	}
	return int(h)
}

// partitionsOf is the supervisor of a definition, which need not run.
func (r *run) partitionsOf(d *Def) *partitioned {
	r.recipes.mu.Lock()
	defer r.recipes.mu.Unlock()
	if sup, ok := r.recipes.partitions[d.Name]; ok {
		return sup
	}
	sup := &partitioned{
		Options:    []supervisor.Option{supervisor.Name(coppice.Name(d.Name))},
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
	d := a.run.scenario.Defs[s.Args[0]]
	if d != nil && d.Kind == PartSup {
		if n, err := a.run.partitionsOf(d).Count(a.p); err == nil {
			return fmt.Sprint(n)
		}
	}
	return "exit(" + noPartitions(s.Args[0]).Error() + ")"
}}

// noPartitions is the reason with which Elixir exits who looks for a partition
// of a supervisor that does not run.
func noPartitions(name string) error {
	return scripted("{noproc,{Elixir.PartitionSupervisor,partitions,[" + name + "]}}")
}
