package application

import "slices"

// plan returns the given applications in an order in which each comes after
// those that it depends on. Those that run are left out, with whatever they
// depend on; for one that is being started there has to be a definition too, as
// it has to be waited for.
func plan(given []definition, runs func(name string) bool, starting func(name string) (definition, bool)) ([]definition, error) {
	byName := make(map[string]definition, len(given))
	for _, def := range given {
		if _, twice := byName[def.name]; twice {
			return nil, &DuplicateError{def.name}
		}
		byName[def.name] = def
	}
	var order []definition
	done := make(map[string]bool)
	var visit func(name string, path []string) error
	visit = func(name string, path []string) error {
		if done[name] || runs(name) {
			return nil
		}
		if at := slices.Index(path, name); at >= 0 {
			return &CycleError{append(slices.Clone(path[at:]), name)}
		}
		def, ok := starting(name)
		if !ok {
			def, ok = byName[name]
		}
		if !ok {
			return &NotRunningError{Application: name, NeededBy: path[len(path)-1]}
		}
		path = append(path, name)
		for _, needed := range def.dependsOn {
			if err := visit(needed, path); err != nil {
				return err
			}
		}
		done[name] = true
		order = append(order, def)
		return nil
	}
	for _, def := range given {
		if err := visit(def.name, nil); err != nil {
			return nil, err
		}
	}
	return order, nil
}
