package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/observer"
)

// newObserve makes the command that serves the observer of a node.
func newObserve(a *app) *cobra.Command {
	addr, actions, open := "127.0.0.1:0", false, false
	cmd := &cobra.Command{
		Use:   "observe",
		Short: "serve the observer of the node, to be opened in a browser",
		Long: `observe serves the observer, the live page of the node, until Ctrl-C. The program
need not have mounted it: what the page shows comes over the control socket.

Nobody can guess the address, and it looks and changes nothing; --actions lets
the page act too, if the program allows that.`,
		Example: "  coppice observe --open\n  coppice -n shop observe --actions",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			client, err := a.attach()
			if err != nil {
				return err
			}
			client.Close()
			l, err := net.Listen("tcp", addr)
			if err != nil {
				return err
			}
			ctx, stop := untilInterrupted()
			defer stop()
			prefix := "/" + rand.Text() + "/"
			url := "http://" + l.Addr().String() + prefix
			if err := a.print(fmt.Sprintf("the observer of %s: %s\nCtrl-C stops", client.Name(), url), map[string]string{"node": client.Name(), "url": url}); err != nil {
				return err
			}
			if open {
				a.browse(url)
			}
			return serve(ctx, l, observed(client, prefix, actions))
		},
	}
	cmd.Flags().StringVar(&addr, "addr", addr, "`ADDRESS` to listen on")
	cmd.Flags().BoolVar(&actions, "actions", false, "let the page act, if the program allows it")
	cmd.Flags().BoolVar(&open, "open", false, "open it in the browser")
	return cmd
}

// observed is the observer of a node, under a prefix and nowhere else.
func observed(client *control.Client, prefix string, actions bool) http.Handler {
	var api http.Handler = client.Proxy()
	if !actions {
		api = onlyLooks(api)
	}
	mux := http.NewServeMux()
	mux.Handle(prefix, observer.Page(api, observer.Options{}))
	return mux
}

// onlyLooks refuses what changes something.
func onlyLooks(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		_, _ = fmt.Fprintln(w, `{"error":{"code":"forbidden","message":"this page only looks","try":"coppice observe --actions"}}`)
	})
}

// serve serves until ctx ends.
func serve(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: askTime, BaseContext: func(net.Listener) context.Context { return ctx }}
	ended := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer ended()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// browse opens an address in the browser of the desktop, if there is one.
func (a *app) browse(url string) {
	opener := map[string]string{"darwin": "open", "windows": "explorer"}[runtime.GOOS]
	if opener == "" {
		opener = "xdg-open"
	}
	cmd := exec.Command(opener, url)
	err := cmd.Start()
	if err != nil {
		fmt.Fprintln(a.err, "no browser was opened:", err)
		return
	}
	go func() { _ = cmd.Wait() }()
}
