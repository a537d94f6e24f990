// Package fakedb is a database driver for the example: a table of what is in
// stock, in memory, with one statement and a delay. So the example needs no
// database, and its test can look behind it.
package fakedb

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Take is the statement: it takes one of an item and returns how many are left,
// or no row if there is none.
const Take = "UPDATE stock SET left = left - 1 WHERE item = ? AND left > 0 RETURNING left"

// A Store is the database. It is a driver.Connector, for sql.OpenDB.
type Store struct {
	Before func(context.Context) error // each statement, whose error it is; nil: nothing

	mu    sync.Mutex // guards what follows
	stock map[string]int64
	taken int64
	open  int
	none  sync.Cond // told when open is 0; its lock is mu
}

// New returns a database with this stock.
func New(stock map[string]int64) *Store {
	s := &Store{stock: stock}
	s.none.L = &s.mu
	return s
}

// Takes has a statement take so long.
func Takes(d time.Duration) func(context.Context) error {
	return func(ctx context.Context) error {
		select {
		case <-time.After(d):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Taken returns how many were taken of all items.
func (s *Store) Taken() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken
}

// Open returns how many connections are open.
func (s *Store) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

// AwaitClosed waits until no connection is open.
func (s *Store) AwaitClosed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.open > 0 {
		s.none.Wait()
	}
}

// Connect implements driver.Connector.
func (s *Store) Connect(context.Context) (driver.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open++
	return &conn{s}, nil
}

// Driver implements driver.Connector.
func (s *Store) Driver() driver.Driver { return byName{} }

// byName is the driver of those who open by a name, which is not here.
type byName struct{}

func (byName) Open(string) (driver.Conn, error) {
	return nil, errors.New("fakedb: use sql.OpenDB with a Store")
}

type conn struct{ store *Store }

func (c *conn) Prepare(string) (driver.Stmt, error) { return nil, errNotHere }
func (c *conn) Begin() (driver.Tx, error)           { return nil, errNotHere }

var errNotHere = errors.New("fakedb: there is but one statement, Take")

// Close implements driver.Conn.
func (c *conn) Close() error {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	if c.store.open--; c.store.open == 0 {
		c.store.none.Broadcast()
	}
	return nil
}

// QueryContext implements driver.QueryerContext.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if query != Take || len(args) != 1 {
		return nil, errNotHere
	}
	if c.store.Before != nil {
		if err := c.store.Before(ctx); err != nil {
			return nil, err
		}
	}
	s, item := c.store, fmt.Sprint(args[0].Value)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stock[item] == 0 {
		return &rows{}, nil
	}
	s.stock[item]--
	s.taken++
	return &rows{left: []int64{s.stock[item]}}, nil
}

type rows struct{ left []int64 }

func (*rows) Columns() []string { return []string{"left"} }
func (*rows) Close() error      { return nil }

func (r *rows) Next(dest []driver.Value) error {
	if len(r.left) == 0 {
		return io.EOF
	}
	dest[0], r.left = r.left[0], r.left[1:]
	return nil
}
