package control_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// certificates makes a certificate for this machine, and those who trust it.
func certificates(t *testing.T) (server, client *tls.Config) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(err)
	cert, err := x509.ParseCertificate(der)
	must(err)
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, &tls.Config{RootCAs: pool}
}

func TestServeTLS(t *testing.T) {
	const token = "correct horse battery"
	n := newNode(t, "shop")
	server, trusting := certificates(t)
	s, err := control.ServeTLS(n, "127.0.0.1:0", server, token, control.Options{Actions: true})
	must(err)
	_, err = caches.Start(n, genserver.None{}, genserver.Name(coppice.Name("cache")))
	must(err)
	for _, c := range []struct {
		name   string
		config *tls.Config
		token  string
		want   string
	}{
		{"right", trusting, token, ""},
		{"no token", trusting, "", "the token is missing or wrong"},
		{"wrong token", trusting, token + "x", "the token is missing or wrong"},
		{"who does not trust it", nil, token, "certificate"},
	} {
		client, err := control.DialTLS(s.Path(), c.config, c.token)
		must(err)
		reply, err := client.Do(t.Context(), inspect.Action{Verb: "call", To: "cache", Message: word("Get")})
		if c.want == "" && (err != nil || reply.Text != "empty") || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %+v, %v", c.name, reply, err)
		}
		client.Close()
	}
	if r, err := http.Get("http://" + s.Path() + "/v1/node"); err == nil && r.StatusCode == 200 {
		t.Error("it answers without TLS")
	}
	must(s.Close())
	if _, err := net.Dial("tcp", s.Path()); err == nil {
		t.Error("it is open after Close")
	}
}

func TestServeTLSNeedsSecrets(t *testing.T) {
	n := newNode(t, "shop")
	server, _ := certificates(t)
	if _, err := control.ServeTLS(n, "127.0.0.1:0", server, "short", control.Options{}); err == nil || !strings.Contains(err.Error(), "can be guessed") {
		t.Error(err)
	}
	if _, err := control.ServeTLS(n, "127.0.0.1:0", nil, strings.Repeat("x", 16), control.Options{}); err == nil || !strings.Contains(err.Error(), "no certificate") {
		t.Error(err)
	}
	if _, err := control.DialTLS("nowhere", nil, ""); err == nil {
		t.Error("an address without a port is taken")
	}
}

// Who has no token does not keep a connection, of which there are not many.
func TestStrangersKeepNoConnection(t *testing.T) {
	server, trusting := certificates(t)
	s, err := control.ServeTLS(newNode(t, "shop"), "127.0.0.1:0", server, "correct horse battery", control.Options{})
	must(err)
	transport := &http.Transport{TLSClientConfig: trusting}
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Get("https://" + s.Path() + "/v1/node")
	must(err)
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusForbidden || !answer.Close {
		t.Errorf("%s, closed: %v", answer.Status, answer.Close)
	}
}
