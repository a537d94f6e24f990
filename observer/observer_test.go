package observer

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/seed-7832d3a3/coppice"
)

// serve returns what a handler answers to a request for localhost.
func serve(h http.Handler, method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://localhost"+target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
			continue
		}
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func newNode(t *testing.T) *coppice.Node {
	node := coppice.NewNode(coppice.Options{Name: "shop"})
	t.Cleanup(func() { node.Stop(t.Context()) })
	return node
}

// The page works where it is mounted, with one line and with StripPrefix.
func TestPrefix(t *testing.T) {
	h := Handler(newNode(t), Options{})
	mounted := http.NewServeMux()
	mounted.Handle("/deep/down/", h)
	stripped := http.NewServeMux()
	stripped.Handle("GET /deep/down/", http.StripPrefix("/deep/down", h))
	hosted := http.NewServeMux()
	hosted.Handle("localhost/deep/down/", h)
	root := http.NewServeMux()
	root.Handle("/", h)
	for name, test := range map[string]struct {
		mux    http.Handler
		prefix string
	}{
		"mounted": {mounted, "/deep/down"}, "stripped": {stripped, "/deep/down"}, "hosted": {hosted, "/deep/down"},
		"root": {root, ""}, "bare": {h, ""},
	} {
		t.Run(name, func(t *testing.T) {
			for target, want := range map[string]string{
				"/": "<!doctype html>", "/app.js": "class Page", "/base.css": "--accent", "/api/v1/node": `"name":"shop"`,
			} {
				w := serve(test.mux, "GET", test.prefix+target)
				if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
					t.Errorf("GET %s: %d, without %q: %.100s", target, w.Code, want, w.Body)
				}
			}
			if w := serve(test.mux, "GET", test.prefix+"/nothing.js"); w.Code != http.StatusNotFound {
				t.Errorf("a file that is not there: %d", w.Code)
			}
		})
	}
}

// The page is told where the program serves its metrics.
func TestMetricsLink(t *testing.T) {
	for _, link := range []string{"", "/metrics"} {
		w := serve(Handler(newNode(t), Options{Metrics: link}), "GET", "/page.json")
		if got, want := strings.TrimSpace(w.Body.String()), `{"metrics":"`+link+`"}`; got != want || w.Code != http.StatusOK {
			t.Errorf("%d %s, want %s", w.Code, got, want)
		}
	}
}

// All that the page consists of comes with it, is asked for relative to it, and
// is asked for at all.
func TestAssetsReferToEachOther(t *testing.T) {
	refs := regexp.MustCompile(`(?:href|src)="([^"#]+)"|from "\./([^"]+)"|src: "([^"]+)"`)
	used := map[string]bool{"": true}
	all := newAssets()
	for name, file := range all {
		if file.kind == "" {
			t.Errorf("%s: of what content type is it?", name)
		}
		for _, m := range refs.FindAllStringSubmatch(file.body, -1) {
			ref := m[1] + m[2] + m[3]
			used[ref] = true
			if _, ok := all[ref]; !ok {
				t.Errorf("%s refers to %s, which is not there", name, ref)
			}
		}
	}
	for name := range all {
		if !used[name] {
			t.Errorf("nothing refers to %s", name)
		}
	}
}

// The page loads nothing from elsewhere, and has nothing that the policy refuses.
func TestAssetsNeedNothing(t *testing.T) {
	foreign := regexp.MustCompile(`https?://|url\(|@import|\.innerHTML\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function|<script>|<style|\sstyle=|\son[a-z]+=`)
	err := fs.WalkDir(embedded, "assets", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := embedded.ReadFile(file)
		text := strings.ReplaceAll(string(body), "http://www.w3.org/2000/svg", "") // the name of a language
		if found := foreign.FindString(text); found != "" {
			t.Errorf("%s has %q", file, found)
		}
		if lines := strings.Count(text, "\n"); lines > 500 {
			t.Errorf("%s has %d lines", path.Base(file), lines)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Every answer, a refusal too, says what the browser may do with it.
func TestHeaders(t *testing.T) {
	h := Handler(newNode(t), Options{})
	for _, target := range []string{"/", "/app.js", "/api/v1/node", "/nothing", "/api/v1/nothing"} {
		header := serve(h, "GET", target).Header()
		csp := header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: the policy %q is without %s", target, csp, want)
			}
		}
		if strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") {
			t.Errorf("%s: the policy is %q", target, csp)
		}
		if got := header.Get("X-Content-Type-Options"); got != "nosniff" {
			t.Errorf("%s: X-Content-Type-Options is %q", target, got)
		}
	}
}

// Only names of this machine and those that were given are answered to: any
// other may be that of a page that was made to point here.
func TestHosts(t *testing.T) {
	h := Handler(newNode(t), Options{Hosts: []string{"shop.example", "10.1.2.3:8080"}})
	for host, want := range map[string]int{
		"localhost": 200, "localhost:4040": 200, "LOCALHOST": 200, "127.0.0.1:4040": 200, "127.9.9.9": 200, "[::1]:4040": 200, "[::1]": 200,
		"shop.example": 200, "SHOP.example:443": 200, "shop.example.": 200, "10.1.2.3": 200,
		"evil.example": 403, "localhost.evil.example": 403, "127.0.0.1.evil.example": 403, "10.1.2.4": 403, "[::2]": 403, "": 403,
		"sub.shop.example": 403,
	} {
		for _, target := range []string{"/", "/api/v1/node"} {
			if w := serve(h, "GET", target, "Host", host); w.Code != want {
				t.Errorf("GET %s of host %q: %d, want %d", target, host, w.Code, want)
			}
		}
	}
}

// What another page asks for is refused, whatever it asks for.
func TestOrigins(t *testing.T) {
	h := Handler(newNode(t), Options{Actions: true})
	for _, test := range []struct {
		method, target string
		want           bool // let through
		header         []string
	}{
		{"GET", "/api/v1/node", true, nil},
		{"GET", "/api/v1/node", true, []string{"Sec-Fetch-Site", "same-origin"}},
		{"GET", "/api/v1/node", true, []string{"Sec-Fetch-Site", "none"}},
		{"GET", "/api/v1/node", true, []string{"Origin", "http://localhost"}},
		{"GET", "/api/v1/node", false, []string{"Sec-Fetch-Site", "cross-site"}},
		{"GET", "/api/v1/node", false, []string{"Sec-Fetch-Site", "same-site"}},
		{"GET", "/api/v1/node", false, []string{"Origin", "http://localhost:8080"}},
		{"GET", "/api/v1/node", false, []string{"Origin", "null"}},
		{"GET", "/", true, []string{"Sec-Fetch-Site", "cross-site"}}, // a link that leads here
		{"POST", "/api/v1/do/exit", false, []string{"Sec-Fetch-Site", "cross-site"}},
		{"POST", "/api/v1/do/exit", false, []string{"Origin", "http://evil.example"}},
		{"POST", "/api/v1/do/exit", true, []string{"Sec-Fetch-Site", "same-origin", "Origin", "http://localhost"}},
	} {
		w := serve(h, test.method, test.target, test.header...)
		// What gets through is answered in JSON, were it by an error.
		passed := w.Code == http.StatusOK || strings.HasPrefix(w.Header().Get("Content-Type"), "application/json")
		if passed != test.want {
			t.Errorf("%s %s %q: %d %.80s", test.method, test.target, test.header, w.Code, w.Body)
		}
	}
}

// Files are not sent again to a browser that has them, and only read.
func TestFilesAreKept(t *testing.T) {
	h := Handler(newNode(t), Options{})
	tag := serve(h, "GET", "/app.js").Header().Get("ETag")
	if w := serve(h, "GET", "/app.js", "If-None-Match", tag); tag == "" || w.Code != http.StatusNotModified {
		t.Errorf("tag %q: %d", tag, w.Code)
	}
	if w := serve(h, "HEAD", "/app.js"); w.Code != http.StatusOK || w.Body.Len() != 0 {
		t.Errorf("HEAD: %d with %d bytes", w.Code, w.Body.Len())
	}
	if w := serve(h, "POST", "/app.js"); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}
