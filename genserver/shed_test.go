package genserver_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

type Print struct {
	genserver.Returns[string]
	Page string
}

// A Printer prints one page at a time, when there is paper.
type Printer struct{ begins, paper chan string }

func newPrinter(_ *coppice.Process, begins chan string) (*Printer, error) {
	return &Printer{begins: begins, paper: begins}, nil
}

func (r *Printer) print(_ *coppice.Process, job Print) (string, error) {
	r.begins <- job.Page
	return job.Page + " on " + <-r.paper, nil
}

var Printers = genserver.Define(newPrinter, genserver.OnCall((*Printer).print))

// A server that is asked for more than it can do sheds load: no more wait for it
// than it can serve in good time, the others learn at once that they have to
// come again, and it does nothing for those who have gone.
func ExampleMaxMailbox() {
	node := quiet()
	defer node.Stop(context.Background())
	work := make(chan string)
	printer, _ := Printers.Start(node, work,
		genserver.MaxMailbox(2, coppice.Reject), genserver.SkipAbandoned())

	jobs := []genserver.Pending[string]{genserver.SendRequest(node, printer, Print{Page: "page 0"})}
	<-work // it is at work on that
	for i := 1; i < 5; i++ {
		jobs = append(jobs, genserver.SendRequest(node, printer, Print{Page: fmt.Sprint("page ", i)}))
	}
	jobs[1].Abandon() // he has gone home

	work <- "paper"
	fmt.Println("it begins with", <-work)
	work <- "paper"
	for i, job := range jobs {
		if i == 1 {
			continue
		}
		page, err := job.Wait(node)
		var full *coppice.FullError
		if errors.As(err, &full) {
			page = fmt.Sprintf("page %d: %d are waiting, come again later", i, full.Max)
		}
		fmt.Println(page)
	}
	// Output:
	// it begins with page 2
	// page 0 on paper
	// page 2 on paper
	// page 3: 2 are waiting, come again later
	// page 4: 2 are waiting, come again later
}

// Of a server that is behind, those who wait with a time limit get an answer
// within it, or none: and it does not work for those who get none.
func TestSkipAbandoned(t *testing.T) {
	for _, options := range [][]genserver.Option{{genserver.SkipAbandoned()}, nil} {
		bubble(t, func(t *testing.T, w *world) {
			ref := w.start(nil, options...)
			handled := 0
			work := ask{do: func(_ *lab, p *coppice.Process) (int, error) {
				handled++
				p.Sleep(time.Second)
				return 0, nil
			}}
			done := make(chan error)
			for range 20 {
				go func() { _, err := genserver.Call(w.Node, ref, work); done <- err }()
			}
			answered := 0
			for range 20 {
				if err := <-done; err == nil {
					answered++
				} else if !errors.Is(err, coppice.Timeout) {
					t.Error(err)
				}
			}
			time.Sleep(time.Minute)
			w.notes(ref)
			least, most := 20, 20
			if options != nil {
				least, most = answered, answered+2 // two were in time when it began with them
			}
			if answered < 4 || answered > 5 || handled < least || handled > most {
				t.Errorf("%d are answered, %d handled", answered, handled)
			}
		})
	}
}
