package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// A machine is where the results were measured, and with which versions.
type machine struct {
	When    time.Time         `json:"when"`
	System  string            `json:"system"`
	CPU     string            `json:"cpu,omitempty"`
	Cores   int               `json:"cores"`          // of the machine
	Used    int               `json:"used"`           // GOMAXPROCS, and the schedulers of the BEAM
	Load    string            `json:"load,omitempty"` // of the last 1, 5 and 15 minutes, before the first round
	Go      string            `json:"go"`
	Erlang  string            `json:"erlang,omitempty"`
	Modules map[string]string `json:"modules"`
}

func thisMachine(cpus int) machine {
	m := machine{
		When: time.Now().UTC().Truncate(time.Second), System: runtime.GOOS + "/" + runtime.GOARCH,
		CPU: field("/proc/cpuinfo", "model name"), Cores: runtime.NumCPU(), Used: cpus,
		Go: runtime.Version(), Erlang: erlangRelease(), Modules: map[string]string{},
	}
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		m.Load = strings.Join(strings.Fields(string(load))[:3], " ")
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			for _, library := range []string{"anthdm/hollywood", "asynkron/protoactor-go", "thejerf/suture"} {
				if strings.Contains(dep.Path, library) {
					m.Modules[dep.Path] = dep.Version
				}
			}
		}
	}
	return m
}

// field reads the first value of a name in a file of the kernel's, or "".
func field(file, name string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// String describes the machine in a line for each thing.
func (m machine) String() string {
	var b strings.Builder
	line := func(key, value string) {
		if value != "" {
			b.WriteString(key + ": " + value + "\n")
		}
	}
	line("when", m.When.Format(time.RFC3339))
	line("machine", strings.TrimSpace(m.System+", "+m.CPU))
	line("cores", plural(m.Cores)+"; used: "+plural(m.Used))
	line("load before", m.Load)
	line("go", m.Go)
	line("erlang", m.Erlang)
	for _, path := range sortedKeys(m.Modules) {
		line(path, m.Modules[path])
	}
	return b.String()
}
