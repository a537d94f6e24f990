package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
)

// figures are what one round gives, by the keys of the workload's rows.
type figures map[string]float64

// loop times so many operations, after some to warm up.
func (f figures) loop(l loop, times int) {
	l.run(times/10 + 1)
	runtime.GC()
	before, began := memory(), time.Now()
	l.run(times)
	took, after := time.Since(began), memory()
	f["ns"] = per(took, times)
	f["rate"] = rate(took, times)
	f["allocs"] = float64(after.Mallocs-before.Mallocs) / float64(times)
	f["bytes"] = float64(after.TotalAlloc-before.TotalAlloc) / float64(times)
	l.end()
}

// phases times how many things come to be and go, and weighs what they take
// meanwhile.
func (f figures) phases(p phases, many int) {
	base := weigh()
	before, began := memory(), time.Now()
	p.fill(many)
	took, after := time.Since(began), memory()
	f["fill"] = rate(took, many)
	f["allocs"] = float64(after.Mallocs-before.Mallocs) / float64(many)
	f["bytes"] = float64(after.TotalAlloc-before.TotalAlloc) / float64(many)
	full := weigh()
	f["live"] = (full.live - base.live) / float64(many)
	f["resident"] = (full.resident - base.resident) / float64(many)
	began = time.Now()
	p.empty()
	took = time.Since(began)
	f["empty"] = rate(took, many)
	f["emptyns"] = per(took, many)
}

// fresh is how many laps count as the first ones.
const fresh = 100

// laps times each of so many operations. The keys get a prefix.
func (f figures) laps(l laps, times int, prefix string) {
	took := make([]time.Duration, 0, times)
	var last time.Time
	lap := func() {
		now := time.Now()
		took = append(took, now.Sub(last))
		last = now
	}
	runtime.GC()
	before := memory()
	began := time.Now()
	last = began
	l.run(times, lap)
	all, after := time.Since(began), memory()
	f[prefix+"allocs"] = float64(after.Mallocs-before.Mallocs) / float64(times)
	f[prefix+"bytes"] = float64(after.TotalAlloc-before.TotalAlloc) / float64(times)
	f[prefix+"rate"] = rate(all, times)
	f[prefix+"ns"] = per(all, times)
	f[prefix+"fresh"] = quantile(took[:min(fresh, len(took))], 0.5)
	f[prefix+"p50"] = quantile(took, 0.5)
	f[prefix+"p99"] = quantile(took, 0.99)
}

func per(took time.Duration, times int) float64  { return float64(took.Nanoseconds()) / float64(times) }
func rate(took time.Duration, times int) float64 { return float64(times) / took.Seconds() }

// quantile returns the time, in microseconds, below which a share of all lies.
func quantile(took []time.Duration, share float64) float64 {
	sorted := slices.Sorted(slices.Values(took))
	return float64(sorted[int(share*float64(len(sorted)-1))].Nanoseconds()) / 1000
}

func memory() (m runtime.MemStats) {
	runtime.ReadMemStats(&m)
	return m
}

type weight struct {
	live     float64 // bytes of what is reachable, and of the stacks
	resident float64 // bytes that the kernel counts for the process
}

// weigh collects garbage first and gives back what is free, so that what is
// left is needed.
func weigh() weight {
	runtime.GC() // what has finalizers, and the pools, take a second time
	debug.FreeOSMemory()
	m := memory()
	return weight{live: float64(m.HeapAlloc + m.StackInuse), resident: resident(os.Getpid())}
}

// resident returns 0 where the system does not tell.
func resident(pid int) float64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	kilobytes, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, _ := strconv.ParseFloat(kilobytes, 64)
	return n * 1024
}
