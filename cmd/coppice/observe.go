package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
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
			ctx, stop := untilInterrupted()
			defer stop()
			p, err := openPage(client, addr, actions)
			if err != nil {
				return err
			}
			if err := a.print(fmt.Sprintf("the observer of %s: %s\nCtrl-C stops", client.Name(), p.url), map[string]string{"node": client.Name(), "url": p.url}); err != nil {
				return err
			}
			if open {
				if err := browse(p.url); err != nil {
					fmt.Fprintln(a.err, "no browser was opened:", err)
				}
			}
			return p.serve(ctx)
		},
	}
	cmd.Flags().StringVar(&addr, "addr", addr, "`ADDRESS` to listen on")
	cmd.Flags().BoolVar(&actions, "actions", false, "let the page act, if the program allows it")
	cmd.Flags().BoolVar(&open, "open", false, "open it in the browser")
	return cmd
}

// An observerPage is the observer of a node at an address that nobody can guess.
type observerPage struct {
	url     string
	listens net.Listener
	handler http.Handler
}

func openPage(client *control.Client, addr string, actions bool) (*observerPage, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	prefix := "/" + rand.Text() + "/"
	return &observerPage{"http://" + l.Addr().String() + prefix, l, observed(client, prefix, actions)}, nil
}

func (p *observerPage) serve(ctx context.Context) error { return serve(ctx, p.listens, p.handler) }

// A lazyPage is the page of a shell: that of the program, if it has told the
// shell, and else one that is served from when it is asked for, to the end of the
// shell.
type lazyPage struct {
	talk *talk
	url  string
	stop context.CancelFunc
}

// show opens the page in the browser, if there is one, and tells the address.
func (p *lazyPage) show(context.Context) (string, error) {
	if p.url == "" {
		opened, err := openPage(p.talk.source.client, "127.0.0.1:0", false)
		if err != nil {
			return "", err
		}
		ctx, stop := context.WithCancel(context.Background())
		p.url, p.stop = opened.url, stop
		go func() { _ = opened.serve(ctx) }()
	}
	text := p.url
	if p.stop != nil {
		text += "\nit is there while this shell is, and only looks; coppice observe --actions serves one that acts"
	}
	if err := browse(p.url); err != nil {
		text += "\nno browser was opened: " + err.Error()
	}
	return text, nil
}

func (p *lazyPage) close() {
	if p.stop != nil {
		p.stop()
	}
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

// browse opens an address in the browser of the desktop, if there is one. One
// that would open in this terminal is none.
func browse(url string) error {
	opener := map[string]string{"darwin": "open", "windows": "explorer"}[runtime.GOOS]
	if opener == "" {
		opener = "xdg-open"
		if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
			return errors.New("there is no desktop here")
		}
	}
	cmd := exec.Command(opener, url)
	err := cmd.Start()
	if err == nil {
		go func() { _ = cmd.Wait() }()
	}
	return err
}
