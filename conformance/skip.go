package conformance

import (
	"path/filepath"
	"strings"
)

// impossible lists the scenarios that cannot be, by construction, with the
// reason. They are told by folder and name.
var impossible = map[string]string{
	"genserver/fake_parent_exit_message":         fakeExit,
	"genserver/fake_stranger_exit_message":       fakeExit,
	"process/fake_exit_message":                  fakeExit,
	"supervisor/fake_exit_message_of_a_stranger": fakeExit,
}

const fakeExit = "an exit message has a type of its own that no term is, so a script cannot send one"

// Skip says why a scenario is not executed, or nothing.
func Skip(s *Scenario) string {
	name := strings.TrimSuffix(filepath.Base(s.File), filepath.Ext(s.File))
	if why := impossible[filepath.Base(filepath.Dir(s.File))+"/"+name]; why != "" {
		return why
	}
	known := kinds()
	for _, d := range s.Defs {
		if _, ok := known[d.Kind]; !ok {
			return "needs " + modules[string(d.Kind)]
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

// modules names the module of OTP behind a kind, or a verb.
var modules = map[string]string{
	string(Registry): "Registry",
	string(TaskSup):  "Task.Supervisor",
	string(Agent):    "Agent",
	string(PartSup):  "PartitionSupervisor",
	"partitions":     "PartitionSupervisor",
	"reg_register":   "Registry",
	"agent_get":      "Agent",
}

// moduleOf names the module behind a verb.
func moduleOf(verb string) string {
	switch {
	case strings.HasPrefix(verb, "agent_"):
		return modules[string(Agent)]
	case strings.HasPrefix(verb, "reg_"), verb == "lookup", verb == "values", verb == "keys", strings.HasSuffix(verb, "meta"):
		return modules[string(Registry)]
	case verb == "partitions":
		return modules[string(PartSup)]
	}
	return "Task"
}
