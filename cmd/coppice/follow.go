package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"slices"

	"github.com/seed-7832d3a3/coppice/control"
)

// follow hands what a stream yields to show, which says whether to go on, until
// Ctrl-C. The node's end is none of the stream's errors: it is told.
func (a *app) follow(
	stream func(context.Context, *control.Client) iter.Seq2[control.StreamEvent, error],
	show func(control.StreamEvent) error,
) error {
	client, err := a.attach()
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, stop := untilInterrupted()
	defer stop()
	for event, err := range stream(ctx, client) {
		if errors.Is(err, context.Canceled) || ctx.Err() != nil {
			return nil
		}
		if err == nil {
			err = show(event)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// followList shows what is new in a list of a view, an element a line, or as
// JSON. first, or nil, sorts what comes at a time.
func followList[T any](a *app, view, list string, query url.Values, first func(a, b T) int, line func(T, palette) string) error {
	return a.follow(
		func(ctx context.Context, c *control.Client) iter.Seq2[control.StreamEvent, error] {
			return func(yield func(control.StreamEvent, error) bool) {
				for event, err := range c.Watch(ctx, view, query) {
					if !yield(event, err) || err != nil {
						return
					}
				}
				if ctx.Err() == nil {
					_, _ = fmt.Fprintln(a.err, "the node has ended, or serves its socket no more")
				}
			}
		},
		func(event control.StreamEvent) error {
			all, err := news[T](event, list)
			if err != nil {
				return err
			}
			if first != nil {
				slices.SortStableFunc(all, first)
			}
			for _, element := range all {
				if a.output == "json" {
					err = a.object(element)
				} else {
					_, err = fmt.Fprintln(a.out, line(element, colors(a.out)))
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
}

// news are the elements of a list in what a view has that is new.
func news[T any](event control.StreamEvent, list string) ([]T, error) {
	if event.Event != "full" && event.Event != "delta" {
		return nil, nil // the header, or a sign of life
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(event.Data, &fields); err != nil {
		return nil, err
	}
	var all []T
	if fields[list] == nil {
		return nil, nil
	}
	err := json.Unmarshal(fields[list], &all)
	return all, err
}
