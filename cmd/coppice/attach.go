package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/seed-7832d3a3/coppice/control"
)

// askTime is how long one question to a node may take.
const askTime = 10 * time.Second

// attach finds the node that -n names.
func (a *app) attach() (*control.Client, error) { return control.Dial(a.node) }

// ask attaches to the node and asks it something.
func ask[T any](a *app, question func(context.Context, *control.Client) (T, error)) (T, error) {
	client, err := a.attach()
	if err != nil {
		var none T
		return none, err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	return question(ctx, client)
}

// untilInterrupted is the context of what goes on until Ctrl-C.
func untilInterrupted() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
}

// explain says what went wrong, and on a second line what would be right.
func explain(err error) string {
	var known *control.Error
	if errors.As(err, &known) && known.Try != "" {
		return known.Message + "\ntry: " + known.Try
	}
	return err.Error()
}
