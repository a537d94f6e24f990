package observer

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// policy lets the page use what it came with, and nothing else: no inline
// script or style, no string that is taken for either, no other site, no frame.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// Guard protects next as the page of the observer is: for pages of the program's
// own beside it, above all those that change something. It refuses requests by a
// name that is neither this machine's nor among hosts (see [Options.Hosts]), and
// those by which a page elsewhere would change something, and lets a page use
// nothing but what comes from here: its scripts and styles are files of their own.
func Guard(next http.Handler, hosts ...string) http.Handler {
	return headers(knownHost(hosts, http.NewCrossOriginProtection().Handler(next)))
}

// headers are on every answer, refusals included.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// knownHost refuses requests by a name that nobody gave this machine. A page
// elsewhere can have its own name resolve to 127.0.0.1 and is then of the same
// origin as we, for the browser; its name is still in the request.
func knownHost(hosts []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := hostname(r.Host)
		if isLoopback(host) || slices.ContainsFunc(hosts, func(h string) bool { return strings.EqualFold(hostname(h), host) }) {
			next.ServeHTTP(w, r)
			return
		}
		http.Error(w, fmt.Sprintf("observer: the host %q is not known here: ask for localhost, or add it to the hosts (observer.Options.Hosts)", host),
			http.StatusForbidden)
	})
}

// hostname is a Host header without its port and brackets.
func hostname(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.TrimSuffix(strings.Trim(host, "[]"), ".")
}

func isLoopback(host string) bool {
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback()
	}
	return strings.EqualFold(host, "localhost")
}

// sameOrigin refuses what another page asks for, reading included: some answers
// cost something, and no other page has any business here.
func sameOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		site, origin := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Origin")
		if site != "" && site != "same-origin" && site != "none" || origin != "" && originHost(origin) != r.Host {
			http.Error(w, "observer: refused: the request comes from another page", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func originHost(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	return u.Host
}

// unprefixed takes off the prefix under which a ServeMux has the handler, so
// that it is mounted in one line. Where a StripPrefix has done so already there
// is nothing to take off.
func unprefixed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pattern := r.Pattern
		if _, path, ok := strings.Cut(pattern, "/"); ok {
			pattern = "/" + path // without method and host
		}
		if prefix, ok := strings.CutSuffix(pattern, "/"); ok && strings.HasPrefix(r.URL.Path, pattern) {
			http.StripPrefix(prefix, next).ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
