// Command shop is a service as they often are: HTTP in front, workers behind it,
// a pool of database connections behind those. It is stopped under load without
// an order that was accepted and not answered, and asked for too much it says so
// at once.
//
//	go run ./examples/shop -addr 127.0.0.1:8080
//	curl -X POST http://127.0.0.1:8080/order/tea
//
// Ctrl-C, or a SIGTERM, stops it in reverse start order: first no more requests,
// and those that run are answered; then the workers; then the connections.
package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/examples/shop/fakedb"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/httpserver"
	"github.com/seed-7832d3a3/coppice/program"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A pool is the process that owns the connections: it opens them when it starts,
// and closes them when it ends.
type pool struct{ db *sql.DB }

// Handle is the call that asks for them. The *sql.DB may be used until the pool
// ends, by any number of processes; those that do are restarted with it.
type Handle struct{ genserver.Returns[*sql.DB] }

func newPool(p *coppice.Process, to driver.Connector) (*pool, error) {
	p.TrapExit(true) // or close would not run
	db := sql.OpenDB(to)
	db.SetMaxOpenConns(8)
	if err := db.PingContext(p); err != nil {
		return nil, errors.Join(fmt.Errorf("no database: %w", err), db.Close())
	}
	context.AfterFunc(p, func() { _ = db.Close() }) // also if it is killed
	return &pool{db}, nil
}

func (w *pool) handle(*coppice.Process, Handle) (*sql.DB, error) { return w.db, nil }

// close waits for the statements that run.
func (w *pool) close(*coppice.Process, error) error { return w.db.Close() }

var pools = genserver.Define(newPool, genserver.OnCall((*pool).handle), genserver.OnTerminate((*pool).close))

const poolName = coppice.Name("pool")

// A worker takes orders, one after the other.
type worker struct{ db *sql.DB }

// Order is the call that takes one of an item, and says how many are left.
type Order struct {
	genserver.Returns[int]
	Item string
}

var errSoldOut = errors.New("sold out")

func newWorker(p *coppice.Process, _ int) (*worker, error) {
	db, err := genserver.Call(p, poolName, Handle{})
	return &worker{db}, err
}

// order passes the process on as the context: when it is told to end, or
// killed, the statement is given up.
func (w *worker) order(p *coppice.Process, o Order) (left int, err error) {
	err = w.db.QueryRowContext(p, fakedb.Take, o.Item).Scan(&left)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, errSoldOut
	}
	return left, err
}

// mostWaiting is how many orders wait for a worker: as many as it can take in
// the time that somebody waits. The others are told at once that it is busy, and
// orders of those who have gone meanwhile are passed over.
const mostWaiting = 20

var workers = genserver.Define(newWorker, genserver.OnCall((*worker).order))

// A shop is what a program consists of.
type shop struct {
	addr    string
	db      driver.Connector
	workers supervisor.Partition
	around  func(http.Handler) http.Handler // for a test
}

func newShop(addr string, db driver.Connector) *shop {
	return &shop{addr: addr, db: db, workers: supervisor.Partition{
		Partitions: 16,
		Child: func(i int) supervisor.ChildSpec {
			return supervisor.ChildSpec{Start: workers.With(i, genserver.MaxMailbox(mostWaiting, coppice.Reject), genserver.SkipAbandoned())}
		},
	}, around: func(h http.Handler) http.Handler { return h }}
}

// order is a handler: orders for the same item go to the same worker.
func (s *shop) order(w http.ResponseWriter, r *http.Request) {
	item := r.PathValue("item")
	left, err := genserver.Call(r.Context(), s.workers.At(item), Order{Item: item})
	var full *coppice.FullError
	switch {
	case errors.As(err, &full):
		w.Header().Set("Retry-After", "1")
		http.Error(w, "busy: come again", http.StatusTooManyRequests)
	case err == nil:
		fmt.Fprintf(w, "%d left\n", left)
	case errors.Is(err, errSoldOut):
		http.Error(w, err.Error(), http.StatusConflict)
	default: // it crashed, or is about to be restarted, or took too long
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	}
}

const webName = coppice.Name("http")

func (s *shop) serve(*coppice.Process) (*http.Server, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /order/{item}", s.order)
	return &http.Server{Addr: s.addr, Handler: s.around(mux), ReadHeaderTimeout: 10 * time.Second}, nil
}

// tree starts each after what it stands on, and so stops it before.
func (s *shop) tree() *supervisor.Supervisor {
	return supervisor.New(supervisor.Spec{Strategy: supervisor.RestForOne, Children: []supervisor.ChildSpec{
		{ID: "pool", Start: pools.With(s.db, genserver.Name(poolName))},
		{ID: "workers", Start: &s.workers},
		{ID: "http", Start: httpserver.New(httpserver.Spec{New: s.serve}, supervisor.Name(webName)), Shutdown: supervisor.Within(10 * time.Second)},
		{ID: "hello", Start: supervisor.Body(hello), Restart: supervisor.Temporary},
	}})
}

// hello says where it listens, and is done.
func hello(p *coppice.Process) error {
	addr, err := httpserver.Addr(p, webName)
	if err == nil {
		fmt.Printf("POST http://%v/order/tea; Ctrl-C stops\n", addr)
	}
	return err
}

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "`address` to listen on")
	flag.Parse()
	db := fakedb.New(map[string]int64{"tea": 1000, "coffee": 1000})
	db.Before = fakedb.Takes(5 * time.Millisecond)
	node := coppice.NewNode(coppice.Options{Name: "shop", Logger: slog.New(coppice.NewReportHandler(os.Stderr))})
	err := program.Run(node, newShop(*addr, db).tree(), program.Options{Total: 20 * time.Second})
	if err != nil {
		fmt.Fprintln(os.Stderr, "shop:", err)
	}
	os.Exit(program.ExitStatus(err))
}
