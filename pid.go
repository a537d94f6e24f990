package coppice

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
)

// A PID is the address of one process, for as long as it lives and after. It
// is comparable; the zero PID is no process. It answers to Erlang's pid().
type PID struct{ p *proc }

// IsZero reports whether pid is no process at all.
func (pid PID) IsZero() bool { return pid.p == nil }

// String gives the form <0.42.0>: the node (0: this one), the place in the
// process table, and how often the place had been used before.
func (pid PID) String() string {
	if pid.p == nil {
		return "<none>"
	}
	text := make([]byte, 0, 26)
	text = append(text, "<0."...)
	text = strconv.AppendUint(text, uint64(pid.p.index), 10)
	text = append(text, '.')
	text = strconv.AppendUint(text, uint64(pid.p.serial), 10)
	return string(append(text, '>'))
}

// Numbers returns the two numbers of a process in the form <0.place.used>, for
// who keeps tables of processes. No two living ones have the same place.
func (pid PID) Numbers() (place, used uint32) {
	if pid.p == nil {
		return 0, 0
	}
	return pid.p.index, pid.p.serial
}

// Compare orders the PIDs of a node by their numbers, as cmp.Compare orders
// numbers; the zero PID is the first.
func (pid PID) Compare(other PID) int {
	return cmp.Compare(pid.place(), other.place())
}

func (pid PID) place() uint64 {
	if pid.p == nil {
		return 0
	}
	return 1 + (uint64(pid.p.index)<<32 | uint64(pid.p.serial))
}

// MarshalText gives the form of String.
func (pid PID) MarshalText() ([]byte, error) { return []byte(pid.String()), nil }

// LogValue gives the form of String.
func (pid PID) LogValue() slog.Value { return slog.StringValue(pid.String()) }

// Whereis returns pid itself, alive or not: a PID is an [Addr].
func (pid PID) Whereis(context.Context) (PID, error) {
	if pid.p == nil {
		return pid, NoProc
	}
	return pid, nil
}

// Node returns the node that the process lives on, or nil for the zero PID.
func (pid PID) Node() *Node {
	if pid.p == nil {
		return nil
	}
	return pid.p.node
}

// ParsePID reads the form that [PID.String] gives. It finds processes that are
// alive; for one that has ended or never was the error is NoProc. It answers
// to list_to_pid/1.
func (n *Node) ParsePID(text string) (PID, error) {
	parts := strings.Split(strings.TrimSuffix(strings.TrimPrefix(text, "<"), ">"), ".")
	if len(parts) != 3 || !strings.HasPrefix(text, "<") || !strings.HasSuffix(text, ">") {
		return PID{}, fmt.Errorf("%q is no PID: want the form <0.42.0>", text)
	}
	var num [3]uint64
	for i, part := range parts {
		var err error
		if num[i], err = strconv.ParseUint(part, 10, 32); err != nil {
			return PID{}, fmt.Errorf("%q is no PID: %q is not a number", text, part)
		}
	}
	if num[0] == 0 {
		if p := n.table.at(uint32(num[1]), uint32(num[2])); p != nil {
			return PID{p}, nil
		}
	}
	return PID{}, fmt.Errorf("no process %s on node %s: %w", text, n.name, NoProc)
}

// A Ref is a reference to a monitor, unique on its node. It is comparable; the
// zero Ref is none. With [Process.MonitorAlias] it is an address too.
type Ref struct {
	p *proc // who made it
	n uint64
}

// IsZero reports whether ref refers to nothing.
func (ref Ref) IsZero() bool { return ref.p == nil }

// String gives the form #Ref<0.42.0.7>: the process that made it, and a number.
func (ref Ref) String() string {
	if ref.p == nil {
		return "#Ref<none>"
	}
	return fmt.Sprintf("#Ref<0.%d.%d.%d>", ref.p.index, ref.p.serial, ref.n)
}

// MarshalText gives the form of String.
func (ref Ref) MarshalText() ([]byte, error) { return []byte(ref.String()), nil }

// ParseRef reads the form that [Ref.String] gives, for a process that is alive.
func (n *Node) ParseRef(text string) (Ref, error) {
	inner, ok := strings.CutPrefix(text, "#Ref<")
	inner, ok2 := strings.CutSuffix(inner, ">")
	dot := strings.LastIndexByte(inner, '.')
	if !ok || !ok2 || dot < 0 {
		return Ref{}, fmt.Errorf("%q is no reference: want the form #Ref<0.42.0.7>", text)
	}
	pid, err := n.ParsePID("<" + inner[:dot] + ">")
	if err != nil {
		return Ref{}, fmt.Errorf("%q: %w", text, err)
	}
	num, err := strconv.ParseUint(inner[dot+1:], 10, 64)
	if err != nil {
		return Ref{}, fmt.Errorf("%q is no reference: %q is not a number", text, inner[dot+1:])
	}
	return Ref{pid.p, num}, nil
}
