package coppice_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"

	"github.com/seed-7832d3a3/coppice"
)

// What a name, a label, a message, a state or a reason says can neither steer
// the terminal that shows the log, nor look like a line of the log.
func TestReportsSteerNoTerminal(t *testing.T) {
	const evil = "\x1b[2J\x1b]0;owned\a\r\n00:00:00.000 ** FAKE \u202e\x9b31m"
	var out bytes.Buffer
	options := coppice.Options{Name: evil, FindCircles: true, Logger: slog.New(coppice.NewReportHandler(&out))}
	bubbleWith(t, options, func(t *testing.T, n *coppice.Node) {
		hang := make(chan struct{})
		evilServer := func(name string, f do) coppice.PID {
			pid, _, err := coppice.StartProcess(n, coppice.Spec{Name: coppice.Name(name), Label: evil, Bound: coppice.Bound{Max: 1, Full: coppice.DropNewest},
				Behaviour: &viewed{server{handle: f}, evil}})
			if err != nil {
				t.Fatal(err)
			}
			return pid
		}
		crasher := evilServer(evil+"1", func(*coppice.Process, coppice.Message) error { return errors.New(evil) })
		_ = coppice.Send(n, crasher, evil)
		panics := evilServer(evil+"2", func(*coppice.Process, coppice.Message) error { panic(evil) })
		_ = coppice.Send(n, panics, map[string]string{evil: evil})
		zombie := evilServer(evil+"3", func(*coppice.Process, coppice.Message) error { <-hang; return nil })
		for range 5 { // and it is full
			_ = coppice.Send(n, zombie, evil)
		}
		synctest.Wait()
		_ = coppice.Exit(n, zombie, errors.New(evil))
		time.Sleep(time.Minute)
		circle := evilServer(evil+"4", func(p *coppice.Process, _ coppice.Message) error {
			_, err := coppice.Request(p, coppice.Name(evil+"5"), evil)
			return err
		})
		evilServer(evil+"5", func(p *coppice.Process, _ coppice.Message) error {
			_, err := coppice.Request(p, circle, evil)
			return err
		})
		_ = coppice.Send(n, circle, evil)
		n.Report(&coppice.SupervisorReport{Name: evil, Child: evil, Context: "child_terminated", Reason: errors.New(evil)})
		synctest.Wait()
		for _, e := range n.Events(0) {
			if strings.ContainsRune(e.Text, '\n') {
				t.Errorf("an event of several lines: %q", e.Text)
			}
		}
		close(hang)
	})
	for _, what := range []string{"crashed: ", "crashed: panic", "zombie", "mailbox is full", "circle", "child_terminated", "state: "} {
		if !strings.Contains(out.String(), what) {
			t.Errorf("the log has no %q", what)
		}
	}
	for line := range strings.Lines(out.String()) {
		line = strings.TrimSuffix(line, "\n")
		if strings.ContainsFunc(line, func(r rune) bool { return unicode.IsControl(r) && r != '\t' }) || strings.ContainsAny(line, "\u202e\ufffd") {
			t.Errorf("it steers: %q", line)
		}
		if strings.HasPrefix(line, "00:00:00.000 ** FAKE") {
			t.Errorf("a line that the log has not written: %q", line)
		}
	}
}

// A viewed server has a state that reports show.
type viewed struct {
	server
	state string
}

func (v *viewed) StateView() any { return v.state }
