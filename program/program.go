package program

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/seed-7832d3a3/coppice"
	display "github.com/seed-7832d3a3/coppice/internal/show"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// Options are the options of [Run]. The zero value is right for most.
type Options struct {
	// Total is how long everything may take to end (25 s if 0, which is less
	// than the 30 s after which Kubernetes kills; negative: for ever). Within
	// it each child has the time of its ChildSpec.
	Total time.Duration

	// ShowAfter is after how long, and then how often, Run shows what it waits
	// for (5 s if 0; negative: never by itself).
	ShowAfter time.Duration

	// Signals are what ends the program (nil: SIGINT and SIGTERM).
	Signals <-chan os.Signal

	// Out is where Run says that it stops and what it waits for (os.Stderr if
	// nil). If it takes nothing for a second the rest is lost, as the program is
	// to end all the same.
	Out io.Writer
}

func (o Options) withDefaults() Options {
	o.Total = cmp.Or(o.Total, 25*time.Second)
	o.ShowAfter = cmp.Or(o.ShowAfter, 5*time.Second)
	if o.Out == nil {
		o.Out = os.Stderr
	}
	return o
}

// Run starts top on the node of ctx, waits until the program is to end, and
// stops the node: see the package documentation for when, and for its result.
// The error of a start that fails is returned as it is. A process cannot run it.
func Run(ctx context.Context, top supervisor.Starter, options Options) error {
	if _, ok := ctx.(*coppice.Process); ok {
		return errors.New("program: Run is for the main function of a program, not for a process")
	}
	n, err := coppice.NodeOf(ctx)
	if err != nil {
		return err
	}
	r := &run{node: n, options: options.withDefaults(), stopped: make(chan coppice.StopReport, 1)}
	r.voice = newVoice(r.options.Out)
	defer r.voice.close()
	r.patience, r.hurry = context.WithCancel(context.WithoutCancel(ctx))
	defer r.hurry()
	if r.options.Signals == nil {
		signals := make(chan os.Signal, cutsAt)
		signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
		defer signal.Stop(signals)
		r.options.Signals = signals
	}
	ended := make(chan error, 1)
	go func() { ended <- start(r.patience, top) }()
	r.loop(ctx.Done(), ended)
	return r.result()
}

// start starts the top and returns why it ended, or did not start; nil if there
// is nothing wrong with that.
func start(ctx context.Context, top supervisor.Starter) (err error) {
	err = coppice.Goexit // what ends only this goroutine must not keep Run waiting
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("program: the Starter %T panicked: %v\n%s", top, v, debug.Stack())
		}
	}()
	pid, failed := top.StartLink(ctx)
	switch failed {
	case nil:
	case coppice.Ignore:
		return nil
	case coppice.Shutdown, coppice.ErrStopped:
		return unlessStopping(ctx, failed)
	default:
		return failed
	}
	reason, failed := coppice.Await(ctx, pid)
	switch {
	case failed != nil:
		return failed
	case reason == coppice.Normal:
		return nil
	case reason == coppice.Shutdown:
		return unlessStopping(ctx, &GaveUpError{Reason: reason})
	}
	return &GaveUpError{Reason: reason}
}

// unlessStopping returns err, or nil if somebody has stopped the node, which
// explains it.
func unlessStopping(ctx context.Context, err error) error {
	if n, _ := coppice.NodeOf(ctx); n.Stopping() {
		return nil
	}
	return err
}

// A run is one call of Run.
type run struct {
	node     *coppice.Node
	options  Options
	patience context.Context // ends when what has not ended is to be killed
	hurry    context.CancelFunc
	stopped  chan coppice.StopReport
	voice    *voice
	asker    display.Asker

	failure error // why it ends, if something is wrong
	began   time.Time
	look    *time.Ticker     // while it stops
	total   <-chan time.Time // while it stops
	left    []Waiting        // what was cut off
	cut     bool
	stuck   []coppice.Stuck
}

// loop carries out what state.next decides.
func (r *run) loop(ctxDone <-chan struct{}, ended <-chan error) {
	var s state
	for s.phase != over {
		var look <-chan time.Time
		if r.look != nil {
			look = r.look.C
		}
		var e event
		var failure error
		why := "the program is done"
		select {
		case sig := <-r.options.Signals:
			e, why = signalled, fmt.Sprint(sig)
		case <-ctxDone:
			ctxDone = nil
			e, why = ctxEnded, "the context has ended"
		case failure = <-ended:
			if e = topDone; failure != nil {
				e, why = topFailed, r.asker.Text(failure, mostSaid)
			}
		case <-look:
			e = lookTime
		case <-r.total:
			e = totalOver
		case report := <-r.stopped:
			e, r.stuck = stopped, report.Stuck
		}
		var do action
		if s, do = s.next(e); do == stop {
			r.failure = failure
		}
		r.do(do, why)
	}
}

func (r *run) do(a action, why string) {
	switch a {
	case stop:
		r.began = time.Now()
		r.say("%s: stopping%s", why, r.within())
		r.stop()
	case hint:
		r.say("%s: it is stopping%s; once more shows what is waited for, and another time ends it", why, r.within())
	case show:
		began := time.Now()
		r.show("still stopping")
		// The stacks of very many goroutines stop what is to end for long.
		if pause := showPause * time.Since(began); r.look != nil && pause > r.options.ShowAfter {
			r.look.Reset(pause)
		}
	case cutIt:
		r.left, r.cut = r.show("cut off"), true
		r.hurry()
	case leave:
		if r.look != nil {
			r.look.Stop()
		}
		var lines []string
		for _, s := range r.stuck {
			lines = append(lines, "ended, but "+indented(s))
		}
		if len(lines) > 0 {
			r.say("%s", strings.Join(lines, "\n"))
		}
	}
}

func (r *run) stop() {
	if r.options.ShowAfter > 0 {
		r.look = time.NewTicker(r.options.ShowAfter)
	}
	if r.options.Total >= 0 {
		r.total = time.After(r.options.Total)
	}
	go func() { r.stopped <- r.node.Stop(r.patience) }()
}

// within says how much time there is.
func (r *run) within() string {
	if r.options.Total < 0 {
		return ""
	}
	return fmt.Sprintf(" within %v", round(r.options.Total-time.Since(r.began)))
}

// timeLeft says how much time is left, beside how much has gone by.
func (r *run) timeLeft() string {
	if r.options.Total < 0 {
		return ""
	}
	return fmt.Sprintf(" (%v left)", round(max(r.options.Total-time.Since(r.began), 0)))
}

// indented is the line of a process whose code runs, and its stack below that.
func indented(s coppice.Stuck) string {
	return strings.ReplaceAll(strings.TrimSpace(s.String()), "\n", "\n    ")
}

func (r *run) say(format string, args ...any) {
	r.voice.say(display.Lines(fmt.Sprintf(format+"\n", args...)))
}

// show shows what is waited for, and returns it.
func (r *run) show(what string) []Waiting {
	all := WaitingFor(r.node)
	var killed []coppice.Stuck // nobody waits for them but the end of the program
	for _, s := range r.node.Stuck() {
		if s.Killed {
			killed = append(killed, s)
		}
	}
	head := fmt.Sprintf("%s after %v%s", what, round(time.Since(r.began)), r.timeLeft())
	if len(all) > 0 || len(killed) == 0 {
		head += ", waiting for " + processes(len(all))
	}
	lines := []string{head + ":"}
	for i, w := range all {
		if i == showMost {
			lines = append(lines, fmt.Sprintf("and %d more", len(all)-i))
			break
		}
		lines = append(lines, w.String())
	}
	for i, s := range killed {
		if i == showMost {
			lines = append(lines, fmt.Sprintf("and the code of %d more that were killed", len(killed)-i))
			break
		}
		lines = append(lines, indented(s))
	}
	r.say("%s", strings.Join(lines, "\n  "))
	return all
}

// showMost is how many processes are shown, and showPause how many times as long
// as that takes it is not done again by itself.
const (
	showMost  = 20
	showPause = 10
)

func processes(n int) string {
	if n == 1 {
		return "1 process"
	}
	return fmt.Sprintf("%d processes", n)
}

func round(d time.Duration) time.Duration { return d.Round(100 * time.Millisecond) }

func (r *run) result() error {
	if !r.cut && len(r.stuck) == 0 {
		return r.failure
	}
	cutOff := &CutOffError{After: time.Since(r.began), Waiting: r.left, Stuck: r.stuck}
	if r.failure == nil {
		return cutOff
	}
	return errors.Join(r.failure, cutOff)
}
