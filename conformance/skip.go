package conformance

import (
	"path/filepath"
	"slices"
	"strings"
)

// impossible lists the scenarios that cannot be, by construction, with the
// reason. They are told by folder and name.
var impossible = map[string]string{
	"genserver/fake_parent_exit_message": "what ends a server is the signal of its parent, and no message that somebody sends is one",
}

// Skip says why a scenario is not executed, or nothing.
func Skip(s *Scenario) string {
	name := strings.TrimSuffix(filepath.Base(s.File), filepath.Ext(s.File))
	if why := impossible[filepath.Base(filepath.Dir(s.File))+"/"+name]; why != "" {
		return why
	}
	known := kinds()
	for _, d := range s.Defs {
		if _, ok := known[d.Kind]; !ok {
			return "needs " + modules[d.Kind]
		}
	}
	ops := operations()
	for _, block := range s.Blocks {
		for _, step := range block {
			if ops[step.Verb] == nil {
				return "needs " + moduleOf(step.Verb)
			}
		}
	}
	return ""
}

// modules names the module of OTP behind a kind.
var modules = map[Kind]string{
	Registry: "Registry",
	TaskSup:  "Task.Supervisor",
	Agent:    "Agent",
	PartSup:  "PartitionSupervisor",
}

// moduleOf names the module behind a verb.
func moduleOf(verb string) string {
	switch {
	case strings.HasPrefix(verb, "agent_"):
		return modules[Agent]
	case strings.HasPrefix(verb, "reg_"), strings.HasSuffix(verb, "meta"), slices.Contains([]string{"lookup", "values", "keys"}, verb):
		return modules[Registry]
	case verb == "partitions":
		return modules[PartSup]
	}
	return "Task"
}
