package control

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/seed-7832d3a3/coppice"
)

// minToken is how long a token has to be: nobody guesses it then.
const minToken = 16

// ServeTLS has the API of [Handler] answer on a TCP address, for who is on
// another machine: over TLS only, with the certificates of config, and only to
// those that know the token, which has 16 characters at least. Otherwise it is
// like [Serve].
func ServeTLS(n *coppice.Node, addr string, config *tls.Config, token string, options Options) (*Server, error) {
	if len(token) < minToken {
		return nil, fmt.Errorf("control: the token has %d characters: that can be guessed, so it needs %d at least", len(token), minToken)
	}
	if config == nil || len(config.Certificates) == 0 && config.GetCertificate == nil && config.GetConfigForClient == nil {
		return nil, errors.New("control: the TLS configuration has no certificate")
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("control: %w", err)
	}
	config = config.Clone()
	config.NextProtos = []string{"http/1.1"}
	config.MinVersion = max(config.MinVersion, tls.VersionTLS12)
	return serve(n, tls.NewListener(newBounded(l, maxConns), config), l.Addr().String(), guard(token, Handler(n, options)))
}

// guard lets those pass that know the token.
func guard(token string, next http.Handler) http.Handler {
	want := sha256.Sum256([]byte(token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if sum := sha256.Sum256([]byte(given)); subtle.ConstantTimeCompare(sum[:], want[:]) != 1 {
			w.Header().Set("Connection", "close") // there are others who have it, and wait
			writeError(w, &Error{Code: Forbidden, Message: "the token is missing or wrong", Try: "COPPICE_TOKEN=TOKEN coppice …, or the header Authorization: Bearer TOKEN"})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// DialTLS returns a client for a node that is served by [ServeTLS]. config says
// whom to trust; nil is what the system trusts.
func DialTLS(addr string, config *tls.Config, token string) (*Client, error) {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return nil, &Error{Code: BadRequest, Message: fmt.Sprintf("%q is no address", addr), Try: "host:port"}
	}
	dialer := &tls.Dialer{NetDialer: &net.Dialer{Timeout: readTime}, Config: config}
	return &Client{name: addr, base: "https://" + addr + "/v1/", token: token, http: &http.Client{Transport: &http.Transport{
		MaxIdleConns:    4,
		IdleConnTimeout: idleTime / 2,
		DialTLSContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, addr)
		},
	}}}, nil
}
