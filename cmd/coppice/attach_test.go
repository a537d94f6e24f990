package main

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-7832d3a3/coppice/control"
)

// A node on another machine is reached by its address, with its token.
func TestAttachOverTLS(t *testing.T) {
	sockets(t)
	node, err := openShop("far")
	defer node.Stop(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	identity := httptest.NewTLSServer(nil) // for its certificate, which is for 127.0.0.1
	defer identity.Close()
	const token = "a token that nobody guesses"
	server, err := control.ServeTLS(node, "127.0.0.1:0", &tls.Config{Certificates: identity.TLS.Certificates}, token, control.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: identity.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	notCA := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(notCA, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		token, ca string
		status    int
		want      string
	}{
		{token, ca, exitOK, "far  up "},
		{"", ca, exitFailed, "COPPICE_TOKEN is not set"},
		{"another token, as long", ca, exitFailed, "try: COPPICE_TOKEN=TOKEN"},
		{token, "", exitFailed, "try: COPPICE_CA=FILE"},
		{token, notCA, exitFailed, "has no certificate in PEM"},
		{token, "nowhere.pem", exitFailed, "nowhere.pem"},
	} {
		t.Setenv("COPPICE_TOKEN", test.token)
		t.Setenv("COPPICE_CA", test.ca)
		status, out, errs := command("-n", "tls://"+server.Path(), "status")
		if status != test.status || !strings.Contains(out+errs, test.want) {
			t.Errorf("token %q, CA %q: %d %s%s; want %d %s", test.token, test.ca, status, out, errs, test.status, test.want)
		}
	}
	server.Close()
	t.Setenv("COPPICE_CA", ca)
	if _, _, errs := command("-n", "tls://"+server.Path(), "status"); !strings.Contains(errs, "try: the address that") {
		t.Errorf("where nobody listens: %s", errs)
	}
}
