package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/examples/shop/fakedb"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/httpserver"
	"github.com/seed-7832d3a3/coppice/program"
)

// A clientele orders as long as it gets answers.
type clientele struct {
	client                       http.Client
	answered, sold, failed, busy atomic.Int64
	heard                        sync.Mutex // of cond
	cond                         *sync.Cond // told of each answer
}

func newClientele() *clientele {
	c := &clientele{client: http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	c.cond = sync.NewCond(&c.heard)
	return c
}

// until waits for the answer with which n is at least so much.
func (c *clientele) until(n *atomic.Int64, least int64) {
	c.heard.Lock()
	defer c.heard.Unlock()
	for n.Load() < least {
		c.cond.Wait()
	}
}

// order orders once, and reports whether there was an answer.
func (c *clientele) order(addr, item string) bool {
	response, err := c.client.Post("http://"+addr+"/order/"+item, "text/plain", nil)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return false
	}
	c.heard.Lock()
	defer c.heard.Unlock()
	defer c.cond.Broadcast()
	c.answered.Add(1)
	switch response.StatusCode {
	case http.StatusOK:
		if strings.HasSuffix(string(text), " left\n") {
			c.sold.Add(1)
		}
	case http.StatusTooManyRequests:
		c.busy.Add(1)
	case http.StatusServiceUnavailable:
		c.failed.Add(1)
	}
	return true
}

// The shop is stopped while forty clients order as fast as they can, and workers
// are killed: each request that a handler has begun is answered, what was sold is
// what was taken from the stock, and no connection is left open.
func TestStopUnderLoad(t *testing.T) {
	db := fakedb.New(map[string]int64{"item 0": 1 << 40, "item 1": 1 << 40, "item 2": 1 << 40, "item 3": 5})
	db.Before = fakedb.Takes(time.Millisecond)
	var begun atomic.Int64
	s := newShop("127.0.0.1:0", db)
	s.around = func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			begun.Add(1)
			h.ServeHTTP(w, r)
		})
	}
	node := coppice.NewNode(coppice.Options{Logger: slog.New(slog.DiscardHandler)})
	signals, result := make(chan os.Signal, 1), make(chan error, 1)
	go func() { result <- program.Run(node, s.tree(), program.Options{Signals: signals, Out: io.Discard}) }()
	addr := address(t, node)

	c := newClientele()
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			for c.order(addr, fmt.Sprintf("item%%20%d", i%4)) {
			}
		})
	}
	c.until(&c.answered, 200) // the middle of the load
	for i := range 3 {        // a crash beside it; its callers get an answer too
		_ = coppice.Exit(node, s.workers.At(fmt.Sprint("item ", i)), coppice.Kill)
	}
	c.until(&c.answered, c.answered.Load()+200)
	signals <- syscall.SIGTERM
	if err := <-result; err != nil {
		t.Error(err)
	}
	all.Wait()
	t.Logf("%d answers, %d sold, %d failed", c.answered.Load(), c.sold.Load(), c.failed.Load())
	if begun.Load() != c.answered.Load() {
		t.Errorf("%d requests were begun, %d answered", begun.Load(), c.answered.Load())
	}
	if taken := db.Taken(); taken < c.sold.Load() || taken > c.sold.Load()+c.failed.Load() {
		t.Errorf("%d taken, %d sold, %d failed", taken, c.sold.Load(), c.failed.Load())
	}
	if db.Open() != 0 {
		t.Errorf("%d connections are open", db.Open())
	}
}

// address waits until the shop listens.
func address(t *testing.T, node *coppice.Node) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(node, time.Minute)
	defer cancel()
	if _, err := coppice.AwaitName(ctx, webName); err != nil {
		t.Fatal(err)
	}
	addr, err := httpserver.Addr(ctx, webName)
	if err != nil {
		t.Fatal(err)
	}
	return addr.String()
}

// When the pool is restarted its users are too, and have the new connections.
func TestPoolRestarts(t *testing.T) {
	db := fakedb.New(map[string]int64{"tea": 2})
	s := newShop("127.0.0.1:0", db)
	node := coppice.NewNode(coppice.Options{Logger: slog.New(slog.DiscardHandler)})
	if _, err := s.tree().Start(node); err != nil {
		t.Fatal(err)
	}
	order := func() (int, error) { return genserver.Call(node, s.workers.At("tea"), Order{Item: "tea"}) }
	if left, err := order(); left != 1 || err != nil {
		t.Errorf("%d left, %v", left, err)
	}
	web := coppice.Whereis(node, webName)
	_ = coppice.Exit(node, poolName, coppice.Kill)
	if _, err := coppice.Await(node, web); err != nil {
		t.Fatal(err)
	}
	address(t, node)
	if left, err := order(); left != 0 || err != nil {
		t.Errorf("after the restart: %d left, %v", left, err)
	}
	if _, err := order(); err != errSoldOut {
		t.Errorf("sold out: %v", err)
	}
	node.Stop(context.Background())
	db.AwaitClosed() // those of the pool that was killed too
}

// More orders than a worker can take are refused at once, while it is busy; those
// that wait are taken.
func TestSheds(t *testing.T) {
	db := fakedb.New(map[string]int64{"tea": 1000})
	begun, open := make(chan struct{}, 100), make(chan struct{})
	db.Before = func(context.Context) error { begun <- struct{}{}; <-open; return nil }
	s := newShop("127.0.0.1:0", db)
	node := coppice.NewNode(coppice.Options{Logger: slog.New(slog.DiscardHandler)})
	defer node.Stop(context.Background())
	if _, err := s.tree().Start(node); err != nil {
		t.Fatal(err)
	}
	addr := address(t, node)
	c := newClientele()
	var all sync.WaitGroup
	all.Go(func() { c.order(addr, "tea") })
	<-begun // it is at work on that
	const more = 40
	for range mostWaiting + more {
		all.Go(func() { c.order(addr, "tea") })
	}
	c.until(&c.busy, more)
	close(open)
	all.Wait()
	if c.busy.Load() != more || c.sold.Load() != mostWaiting+1 {
		t.Errorf("%d were told that it is busy, %d have got their tea; want %d and %d", c.busy.Load(), c.sold.Load(), more, mostWaiting+1)
	}
}
