package coppice_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// A clinging Resolver frees no key until it is let go.
type clinging struct {
	refusing
	letGo chan struct{}
}

func (clinging) Register(context.Context, any, coppice.PID) error { return nil }
func (c clinging) Release(any, coppice.PID)                       { <-c.letGo }

// A Resolver that hangs holds up nobody for longer than the grace of what was
// killed: neither whoever kills, nor who is linked, monitors, waits or calls.
// It is shown as long as it hangs.
func TestHangingRelease(t *testing.T) {
	for name, end := range map[string]func(n *coppice.Node, pid coppice.PID){
		"it crashes":    func(n *coppice.Node, pid coppice.PID) { _ = coppice.Send(n, pid, "crash") },
		"it is told to": func(n *coppice.Node, pid coppice.PID) { _ = coppice.Exit(n, pid, errBoom) },
		"it is killed":  func(n *coppice.Node, pid coppice.PID) { _ = coppice.Exit(n, pid, coppice.Kill) },
		"a link ends it": func(n *coppice.Node, pid coppice.PID) {
			linked := must(coppice.Spawn(n, func(p *coppice.Process) error { return p.Link(pid) }))
			_, _ = coppice.Await(n, linked)
			_, _ = coppice.Spawn(n, func(p *coppice.Process) error {
				if err := p.Link(pid); err != nil {
					return err
				}
				return errBoom
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			reported := &reports{}
			bubbleWith(t, coppice.Options{OnReport: reported.add}, func(t *testing.T, n *coppice.Node) {
				clings := clinging{letGo: make(chan struct{})}
				pid := must3(coppice.StartProcess(n, coppice.Spec{
					Behaviour: &server{handle: func(_ *coppice.Process, m coppice.Message) error {
						if m.Body == "crash" {
							return errBoom
						}
						return nil
					}},
					Name: coppice.Via{Resolver: clings, Key: 1},
				}))
				began, heard := time.Now(), make(chan string, 4)
				must(coppice.Spawn(n, func(p *coppice.Process) error {
					ref := must(p.Monitor(pid))
					down(p, ref)
					heard <- "monitor"
					return nil
				}))
				must(coppice.Spawn(n, func(p *coppice.Process) error {
					p.TrapExit(true)
					if err := p.Link(pid); err != nil {
						return err
					}
					p.Receive()
					heard <- "link"
					return nil
				}))
				go func() { _, _ = coppice.Request(n, pid, "never"); heard <- "call" }()
				synctest.Wait()
				end(n, pid)
				if took := time.Since(began); took > time.Second {
					t.Errorf("who ends it waits for %v", took)
				}
				_, _ = coppice.Await(n, pid)
				for range 3 {
					<-heard
				}
				if took := time.Since(began); took != time.Second {
					t.Errorf("others hear of it after %v", took)
				}
				synctest.Wait()
				stuck := n.Stuck()
				if len(stuck) != 1 || stuck[0].PID != pid || !stuck[0].Zombie || !strings.HasSuffix(stuck[0].Release, ".clinging") || !strings.Contains(stuck[0].Stack, "clinging.Release") {
					t.Errorf("stuck: %v", stuck)
				}
				if z := reported.zombies(); len(z) != 1 || !strings.Contains(z[0].Summary(), "the Release of a coppice_test.clinging") {
					t.Errorf("reported: %v", z)
				}
				close(clings.letGo)
				synctest.Wait()
				if stuck := n.Stuck(); len(stuck) > 0 {
					t.Errorf("stuck: %v", stuck)
				}
			})
		})
	}
}

// What hangs when the node has stopped is told.
func TestReleaseOutlivesTheNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clings := clinging{letGo: make(chan struct{})}
		n := coppice.NewNode(quiet())
		must3(coppice.StartProcess(n, coppice.Spec{Behaviour: sink{}, Name: coppice.Via{Resolver: clings, Key: 1}}))
		if report := n.Stop(context.Background()); len(report.Stuck) != 1 || report.Stuck[0].Release == "" {
			t.Errorf("stuck: %v", report.Stuck)
		}
		close(clings.letGo)
	})
}

// Killing many whose Resolver hangs takes no longer than killing one.
func TestManyHangingReleases(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		clings := clinging{letGo: make(chan struct{})}
		var pids []coppice.PID
		for i := range 100 {
			pids = append(pids, must3(coppice.StartProcess(n, coppice.Spec{Behaviour: sink{}, Name: coppice.Via{Resolver: clings, Key: i}})))
		}
		began := time.Now()
		for _, pid := range pids {
			_ = coppice.Exit(n, pid, coppice.Kill)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("it took %v", took)
		}
		close(clings.letGo)
	})
}
