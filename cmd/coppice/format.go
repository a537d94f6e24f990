package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"
)

// ago is a duration with no more digits than people read: 850ms, 4.2s, 3m05s,
// 7h12m, 4d03h. What is not known is empty.
func ago(ns int64) string {
	d := time.Duration(ns)
	switch {
	case ns < 0:
		return ""
	case d < time.Millisecond:
		return "0s"
	case d < time.Second:
		return fmt.Sprintf("%dms", d.Milliseconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	case d < 24*time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%dd%02dh", int(d.Hours())/24, int(d.Hours())%24)
}

// rate is so many a second.
// took is how long something takes, empty where that is not known.
func took(ns int64) string {
	switch d := time.Duration(ns); {
	case ns <= 0:
		return ""
	case d < 10*time.Microsecond:
		return fmt.Sprintf("%.1fµs", float64(ns)/1e3)
	case d < time.Millisecond:
		return fmt.Sprintf("%dµs", d.Microseconds())
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1fms", float64(ns)/1e6)
	}
	return ago(ns)
}

func rate(v float64) string {
	if v > 0 && v < 10 {
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}

func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 0, 64) + "%" }

func byteCount(n uint64) string {
	const unit = 1000
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	v, prefixes := float64(n)/unit, "kMGTPE"
	for v >= unit {
		v, prefixes = v/unit, prefixes[1:]
	}
	return fmt.Sprintf("%.1f %cB", v, prefixes[0])
}

// orNumber is empty for 0, so that what is not 0 catches the eye.
func orNumber[N int | uint64](n N) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// counted is "1 zombie", "2 zombies".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// A timing says how times are shown.
type timing string

const (
	relative timing = "rel" // how long ago; in what goes on, the time of the day
	absolute timing = "abs" // the date, the time and its zone
)

func (t *timing) flag(cmd *cobra.Command) {
	cmd.Flags().StringVar((*string)(t), "time", string(*t), "rel, as one reads it, or abs, the whole date and time")
	_ = cmd.RegisterFlagCompletionFunc("time", cobra.FixedCompletions([]string{string(relative), string(absolute)}, cobra.ShellCompDirectiveNoFileComp))
}

func (t timing) check() error {
	if t != relative && t != absolute {
		return fmt.Errorf("--time %s: there is --time rel, as one reads it, and --time abs, the whole date and time", string(t))
	}
	return nil
}

// of is a time in a list that goes on.
func (t timing) of(at time.Time) string {
	if t == absolute {
		return at.Local().Format("2006-01-02T15:04:05.000Z07:00")
	}
	return at.Local().Format("15:04:05.000")
}
