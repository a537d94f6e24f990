package inspect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/internal/show"
	"github.com/seed-7832d3a3/coppice/supervisor"
	"github.com/seed-7832d3a3/coppice/sys"
)

// actionTime is how long an action may take if nobody says otherwise.
const actionTime = 10 * time.Second

// An Action is something that changes what runs.
type Action struct {
	Verb     string `json:"verb"`               // call, cast, exit, stop, suspend, resume, start_child, terminate_child, restart_child, delete_child or log_level
	To       string `json:"to"`                 // a registered name or a PID; of log_level also "": all that have no level of their own
	Message  *Value `json:"message,omitempty"`  // call, cast: the name of the message, with its fields
	Reason   string `json:"reason,omitempty"`   // exit, stop: normal, shutdown, kill, or any other text
	Argument *Value `json:"argument,omitempty"` // start_child: what the template takes
	Child    string `json:"child,omitempty"`    // the others on children: its id, name or PID
	Level    string `json:"level,omitempty"`    // log_level: from which level on To logs: debug, info, warn, error; or as the program says
	Who      string `json:"who,omitempty"`      // who wants it
	Why      string `json:"why,omitempty"`      // and why
}

// verbs are what can be done, each by a function that makes ready what is to be
// done: it says what that is, and what is wrong before anything has happened.
var verbs = map[string]func(*View, coppice.PID, Action) (deed, error){
	"call":            (*View).call,
	"cast":            (*View).cast,
	"exit":            (*View).exit,
	"stop":            (*View).stop,
	"suspend":         (*View).suspend,
	"resume":          (*View).resume,
	"start_child":     (*View).startChild,
	"terminate_child": (*View).terminateChild,
	"restart_child":   (*View).restartChild,
	"delete_child":    (*View).deleteChild,
	"log_level":       (*View).logLevel,
}

// A deed is an action that is ready to be done.
type deed struct {
	what string // with what, without what is not to be seen
	do   func(context.Context) (Result, error)
}

// Do carries out an action, for ten seconds at most where ctx has no deadline,
// and reports it: who did what, and why, is among the events of the node. The
// error is a *[BadError] or a *[RefusedError], if nothing was done; what the
// library answered; or what a call was answered with.
func (v *View) Do(ctx context.Context, a Action) (Result, error) {
	ready, ok := verbs[a.Verb]
	if !ok {
		var known []string
		for verb := range verbs {
			known = append(known, verb)
		}
		slices.Sort(known)
		return Result{}, badf("there is "+strings.Join(known, ", "), "no action %q%s", a.Verb, meant(a.Verb, known))
	}
	pid, err := v.node.Root(), error(nil)
	if a.To != "" || a.Verb != "log_level" { // which alone can be done to the node itself
		pid, err = v.Find(a.To)
	}
	if err != nil {
		return Result{}, err
	}
	deed, err := ready(v, pid, a)
	if err != nil {
		return Result{}, err
	}
	report := &actionReport{Action: a, what: deed.what}
	if report.To = cmp.Or(a.To, "node"); a.To != "" {
		info, _ := coppice.Lookup(pid)
		report.pid, report.name = pid, info.Name
	}
	v.node.Report(report)
	if _, has := ctx.Deadline(); !has {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, actionTime)
		defer cancel()
	}
	return deed.do(ctx)
}

// says is a deed that answers with a text.
func says(what, text string, do func(context.Context) error) deed {
	return deed{what, func(ctx context.Context) (Result, error) {
		if err := do(ctx); err != nil {
			return Result{}, err
		}
		return Result{Text: text, JSON: text}, nil
	}}
}

func (v *View) call(pid coppice.PID, a Action) (deed, error) {
	message, err := v.written(pid, "call", a.Message)
	return deed{v.shown(message), func(ctx context.Context) (Result, error) {
		reply, err := coppice.Request(ctx, pid, message)
		if err != nil {
			return Result{}, err
		}
		return v.resultOf(reply)
	}}, err
}

func (v *View) cast(pid coppice.PID, a Action) (deed, error) {
	message, err := v.written(pid, "cast", a.Message)
	return says(v.shown(message), "ok", func(ctx context.Context) error { return coppice.Cast(ctx, pid, message) }), err
}

// written decodes a message.
func (v *View) written(pid coppice.PID, how string, message *Value) (any, error) {
	if message == nil {
		return nil, badf("write its name, and its fields: Save {Value: \"x\"}", "a %s needs a message", how)
	}
	return v.message(pid, how, *message)
}

// shown is a message as events show it.
func (v *View) shown(message any) string {
	return fmt.Sprintf("%T %s", message, v.asker.Text(message, maxReason))
}

func (v *View) exit(pid coppice.PID, a Action) (deed, error) {
	reason := reasonOf(a.Reason)
	return says(reason.Error(), "true", func(ctx context.Context) error { return coppice.Exit(ctx, pid, reason) }), nil
}

func (v *View) stop(pid coppice.PID, a Action) (deed, error) {
	reason := reasonOf(a.Reason)
	return says(reason.Error(), "ok", func(ctx context.Context) error { return coppice.Stop(ctx, pid, reason) }), nil
}

// reasonOf is the exit reason that a word stands for.
func reasonOf(word string) error {
	switch word {
	case "", "normal":
		return coppice.Normal
	case "shutdown":
		return coppice.Shutdown
	case "kill":
		return coppice.Kill
	}
	return errors.New(word)
}

func (v *View) suspend(pid coppice.PID, _ Action) (deed, error) {
	return says("", "ok", func(ctx context.Context) error { return sys.Suspend(ctx, pid) }), askable(pid)
}

func (v *View) resume(pid coppice.PID, _ Action) (deed, error) {
	return says("", "ok", func(ctx context.Context) error { return sys.Resume(ctx, pid) }), askable(pid)
}

// logLevel is for a process, or for the root of the node, which stands for all
// that have none of their own.
func (v *View) logLevel(pid coppice.PID, a Action) (deed, error) {
	h, ok := v.node.Logger().Handler().(*LogHandler)
	if !ok {
		return deed{}, refusedf("inspect.NewLogHandler makes one", "node %s does not log to an inspect.LogHandler", v.node.Name())
	}
	var level *slog.Level
	if a.Level != "" {
		level = new(slog.Level)
		if err := level.UnmarshalText([]byte(a.Level)); err != nil {
			return deed{}, badf("debug, info, warn, error, or none for what the program says", "%q is no level", a.Level)
		}
	}
	who := nameOf(pid)
	if pid == v.node.Root() {
		who = ""
	}
	return says(a.Level, "ok", func(context.Context) error {
		h.SetLevel(who, level)
		return nil
	}), nil
}

func (v *View) startChild(pid coppice.PID, a Action) (deed, error) {
	view, ok := supervisor.ViewOf(pid)
	switch {
	case !ok:
		return deed{}, noSupervisor(pid)
	case view.Argument == nil:
		return deed{}, refusedf("its children are started by the program", "%s has no template: only templates can be started from here", nameOf(pid))
	case a.Argument == nil:
		return deed{}, badf("give a "+view.Argument.String(), "the template of %s needs an argument", nameOf(pid))
	}
	argument, err := decoder{pid: v.Find}.decode(*a.Argument, view.Argument)
	if err != nil {
		return deed{}, err
	}
	value := argument.Interface()
	return deed{v.shown(value), func(ctx context.Context) (Result, error) {
		child, err := supervisor.StartChild(ctx, pid, value)
		if err != nil {
			return Result{}, err
		}
		if child.IsZero() {
			return Result{Text: "ok ignored", JSON: "ignored"}, nil
		}
		return Result{Text: "ok " + child.String(), JSON: child.String()}, nil
	}}, nil
}

func (v *View) terminateChild(pid coppice.PID, a Action) (deed, error) {
	id, child, err := v.child(pid, a)
	if err != nil {
		return deed{}, err
	}
	return says(a.Child, "ok", func(ctx context.Context) error {
		if child.IsZero() {
			return supervisor.TerminateChild(ctx, pid, id)
		}
		return supervisor.TerminateChild(ctx, pid, child)
	}), nil
}

func (v *View) restartChild(pid coppice.PID, a Action) (deed, error) {
	id, _, err := v.child(pid, a)
	return deed{a.Child, func(ctx context.Context) (Result, error) {
		child, err := supervisor.RestartChild(ctx, pid, id)
		if err != nil {
			return Result{}, err
		}
		return Result{Text: "ok " + child.String(), JSON: child.String()}, nil
	}}, err
}

func (v *View) deleteChild(pid coppice.PID, a Action) (deed, error) {
	id, _, err := v.child(pid, a)
	return says(a.Child, "ok", func(ctx context.Context) error { return supervisor.DeleteChild(ctx, pid, id) }), err
}

// child finds out which child of a supervisor is meant: by its PID if the
// supervisor is a Dynamic, and by its id else.
func (v *View) child(sup coppice.PID, a Action) (id string, pid coppice.PID, err error) {
	view, ok := supervisor.ViewOf(sup)
	switch {
	case !ok:
		return "", pid, noSupervisor(sup)
	case a.Child == "":
		return "", pid, badf("say which by its id, its name or its PID", "%s needs a child", a.Verb)
	}
	found, err := v.Find(a.Child)
	child, is := supervisor.ChildViewOf(sup, found)
	dynamic := view.Strategy == "dynamic" || view.Strategy == "simple_one_for_one"
	switch {
	case err == nil && is && dynamic:
		return "", found, nil
	case err == nil && is:
		return child.Spec.ID, coppice.PID{}, nil
	case dynamic:
		return "", pid, notFoundf("%s has no child %s; its children are told by their names and PIDs", nameOf(sup), a.Child)
	}
	return a.Child, coppice.PID{}, nil
}

func noSupervisor(pid coppice.PID) error {
	return refusedf("children belong to supervisors", "%s is no supervisor", nameOf(pid))
}

// nameOf is what people call a process.
func nameOf(pid coppice.PID) string {
	if info, _ := coppice.Lookup(pid); info.Name != "" {
		return info.Name
	}
	return pid.String()
}

// An actionReport is what the node is told of an action.
type actionReport struct {
	Action
	pid  coppice.PID // zero: the node itself
	name string      // that is registered
	what string
}

// Level implements coppice.Report.
func (r *actionReport) Level() slog.Level { return slog.LevelInfo }

// Summary implements coppice.Report.
func (r *actionReport) Summary() string {
	parts := []string{r.Verb, oneLine(r.To)}
	if r.what != "" {
		parts = append(parts, oneLine(r.what))
	}
	text := fmt.Sprintf("%s by %s", strings.Join(parts, " "), cmp.Or(oneLine(r.Who), "somebody"))
	if r.Why != "" {
		text += ": " + oneLine(r.Why)
	}
	return text
}

// oneLine makes one line, not too long, of what somebody wrote: he shall not
// write lines of his own into the log.
func oneLine(text string) string {
	return show.Text(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text), maxReason)
}

// String implements coppice.Report.
func (r *actionReport) String() string { return "** " + r.Summary() + "\n" }

// About says for the event whom it is about.
func (r *actionReport) About() (pid coppice.PID, name string) { return r.pid, r.name }

// LogValue implements coppice.Report.
func (r *actionReport) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("kind", "action"),
		slog.String("verb", r.Verb),
		slog.Any("pid", r.pid),
		slog.String("to", oneLine(r.To)),
		slog.String("what", oneLine(r.what)),
		slog.String("who", oneLine(r.Who)),
		slog.String("why", oneLine(r.Why)),
	)
}
