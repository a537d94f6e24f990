package control

import (
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"os/user"
)

// Proxy answers with what the node answers: it is the API of [Handler] at
// another place, for a page or a program that cannot open a unix socket. What it
// has the node do is told to be this user's. It trusts whoever reaches it, so it
// needs a guard.
func (c *Client) Proxy() http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", "coppice"
			r.Out.Host = "coppice"
			r.Out.Header.Del(whoHeader)
			if me, err := user.Current(); err == nil {
				r.Out.Header.Set(whoHeader, me.Username)
			}
		},
		Transport:     c.http.Transport,
		FlushInterval: -1, // streams
		ErrorLog:      log.New(io.Discard, "", 0),
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			writeError(w, &Error{Code: Failed, Message: "node " + c.name + " does not answer: " + err.Error()})
		},
	}
}
