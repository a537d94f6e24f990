package observer

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// Whatever a request says of itself, one that is let through is for this machine
// or for a name that was given, and does not come from another page.
func FuzzGuard(f *testing.F) {
	for _, seed := range [][3]string{
		{"localhost:4040", "http://localhost:4040", "same-origin"}, {"[::1]", "", ""}, {"shop.example.", "null", "none"}, {"127.0.0.1.evil.example", "", ""},
		{"localhost@evil.example", "http://x@localhost", "cross-site"}, {"[localhost]", "//localhost", ""}, {"127.1", "http://127.1", ""}, {"::1", "", ""},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	passed := false
	guarded := knownHost([]string{"shop.example"}, sameOrigin(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { passed = true })))
	f.Fuzz(func(t *testing.T, host, origin, site string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = host
		r.Header.Set("Origin", origin)
		r.Header.Set("Sec-Fetch-Site", site)
		passed = false
		guarded.ServeHTTP(httptest.NewRecorder(), r)
		if !passed {
			return
		}
		if site != "" && site != "same-origin" && site != "none" {
			t.Errorf("let through from a page of another site: %q", site)
		}
		if from, err := url.Parse(origin); origin != "" && (err != nil || from.Host != host) {
			t.Errorf("let through from the page %q, to %q", origin, host)
		}
		at, err := url.Parse("http://" + host)
		if err != nil {
			return // no browser has such a page
		}
		name := strings.TrimSuffix(strings.ToLower(at.Hostname()), ".")
		if name != "localhost" && name != "shop.example" && !net.ParseIP(name).IsLoopback() {
			t.Errorf("let through to %q, which is %q", host, name)
		}
	})
}
