package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// A shellSource answers the shell's questions from a node. It is for one goroutine at
// a time.
type shellSource struct {
	client *control.Client
	gone   bool // the node did not answer the last time
}

// errUnreachable is wrapped by the errors of a node that does not answer.
var errUnreachable = errors.New("the node does not answer")

// known puts an error in the terms of the shell.
func (s *shellSource) known(err error) error {
	failed, unreachable := new(control.Error), new(net.OpError)
	s.gone = errors.As(err, &unreachable)
	switch {
	case errors.As(err, &failed) && failed.Code == control.NotFound:
		return &classed{failed, inspect.ErrNotFound}
	case errors.As(err, &failed) && failed.Code == control.TimedOut:
		return &classed{failed, context.DeadlineExceeded}
	case s.gone:
		return fmt.Errorf("%w: %w", errUnreachable, err)
	}
	return err
}

// A classed error is what the node said, and what that means to the shell.
type classed struct {
	said *control.Error
	is   error
}

func (c *classed) Error() string        { return c.said.Error() }
func (c *classed) Is(target error) bool { return target == c.is }
func (c *classed) Unwrap() error        { return c.said }

func (s *shellSource) Status(ctx context.Context) (inspect.Node, error) {
	node, err := s.client.Node(ctx)
	return node, s.known(err)
}

func (s *shellSource) Processes(ctx context.Context, where string, limit int) ([]inspect.Process, int, error) {
	page, err := listed(ctx, s.client, inspect.Query{Where: where, Sort: "pid", Limit: limit, Window: glance})
	return page.Rows, page.Matched, s.known(err)
}

func (s *shellSource) Complete(ctx context.Context, q inspect.CompleteQuery) ([]inspect.Match, error) {
	matches, err := s.client.Complete(ctx, q)
	return matches, s.known(err)
}

// folded is from how many children on the tree folds them.
const folded = 50

func (s *shellSource) Tree(ctx context.Context) ([]inspect.TreeRow, error) {
	tree, err := s.client.Tree(ctx, inspect.TreeQuery{OpenAll: true, Collapse: folded, Limit: pageSize, Window: glance})
	return tree.Rows, s.known(err)
}

func (s *shellSource) Process(ctx context.Context, who string) (inspect.Detail, error) {
	detail, err := s.client.Process(ctx, who)
	return detail, s.known(err)
}

func (s *shellSource) Crashes(ctx context.Context) ([]inspect.Crash, error) {
	crashes, err := s.client.Crashes(ctx)
	return crashes, s.known(err)
}

func (s *shellSource) Crash(ctx context.Context, id uint64) (inspect.Crash, error) {
	crash, err := s.client.Crash(ctx, id)
	return crash, s.known(err)
}

func (s *shellSource) Do(ctx context.Context, a inspect.Action) (inspect.Result, error) {
	if a.Verb == "state" {
		result, err := s.client.State(ctx, a.To)
		return result, s.known(err)
	}
	result, err := s.client.Do(ctx, a)
	return result, s.known(err)
}

// Trace implements [shell.Tracer].
func (s *shellSource) Trace(ctx context.Context, who string, most int, long time.Duration) iter.Seq2[inspect.TraceEvent, error] {
	return func(yield func(inspect.TraceEvent, error) bool) {
		q := url.Values{"max": {strconv.Itoa(most)}, "for": {long.String()}}
		for event, err := range s.client.Trace(ctx, who, q) {
			var e inspect.TraceEvent
			if err == nil && event.Event != "trace" {
				continue // the end, or a sign of life
			}
			if err == nil {
				err = json.Unmarshal(event.Data, &e)
			}
			if !yield(e, s.known(err)) || err != nil {
				return
			}
		}
	}
}
