package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/seed-7832d3a3/coppice/control"
)

// askTime is how long one question to a node may take.
const askTime = 10 * time.Second

// attach finds the node that -n names: one of this user's on this machine, or
// with tls://HOST:PORT one on another.
func (a *app) attach() (*control.Client, error) {
	if a.node != "" {
		return dial(a.node)
	}
	set := a.settings()
	client, err := dial(set.node)
	if err != nil && set.node != "" {
		return nil, fmt.Errorf("%w\n%s names this node; -n NAME another one", told(err), set.file)
	}
	return client, err
}

func dial(node string) (*control.Client, error) {
	addr, remote := strings.CutPrefix(node, "tls://")
	if !remote {
		return control.Dial(node)
	}
	token := os.Getenv("COPPICE_TOKEN")
	if token == "" {
		return nil, &control.Error{Code: control.BadRequest, Message: "COPPICE_TOKEN is not set, and " + node + " answers nobody without its token", Try: "COPPICE_TOKEN=… coppice -n " + node + " status"}
	}
	var config *tls.Config
	if file := os.Getenv("COPPICE_CA"); file != "" {
		pem, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("COPPICE_CA: %w", err)
		}
		config = &tls.Config{RootCAs: x509.NewCertPool()}
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("COPPICE_CA: %s has no certificate in PEM", file)
		}
	}
	return control.DialTLS(addr, config, token)
}

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

// untilTold is the context of what handles Ctrl-C itself, and goes on until it
// is told to end: the cause is then an *endedError.
func untilTold() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(context.Background())
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		select {
		case s := <-told:
			by, _ := s.(syscall.Signal)
			cancel(&endedError{by})
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(told)
		cancel(nil)
	}
}

// An endedError is the end by a signal.
type endedError struct{ by syscall.Signal }

func (e *endedError) Error() string { return "ended by a signal: " + e.by.String() }

// explain says what went wrong, and on a second line what would be right.
func explain(err error) string {
	var known *control.Error
	var unreached *net.OpError
	var untrusted *tls.CertificateVerificationError
	switch {
	case errors.As(err, &known) && known.Try != "":
		return known.Message + "\ntry: " + known.Try
	case errors.As(err, &unreached) && unreached.Op == "dial" && unreached.Net == "unix":
		return "the node does not answer: its program has ended, or serves it no more"
	case errors.As(err, &unreached) && unreached.Op == "dial":
		return err.Error() + "\ntry: the address that the program gives to control.ServeTLS"
	case errors.As(err, &untrusted):
		return err.Error() + "\ntry: COPPICE_CA=FILE, with the certificate of whom its own is signed by"
	}
	return err.Error()
}

// told is an error in the words of explain.
func told(err error) error { return errors.New(explain(err)) }
