package observer

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed assets
var embedded embed.FS

// types of the files that there are. They are said here because what package
// mime knows depends on the machine.
var types = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
}

// An asset is a file of the page.
type asset struct {
	body, kind, tag string
}

// assets are the files by their path, "" for the page itself.
type assets map[string]asset

func newAssets() assets {
	all := assets{}
	err := fs.WalkDir(embedded, "assets", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := embedded.ReadFile(file)
		sum := sha256.Sum256(body)
		name := strings.TrimPrefix(strings.TrimPrefix(file, "assets/"), "index.html")
		all[name] = asset{string(body), types[path.Ext(file)], `"` + hex.EncodeToString(sum[:8]) + `"`}
		return err
	})
	if err != nil {
		panic(err) // an embedded file that cannot be read
	}
	return all
}

// ServeHTTP answers with a file, or that the browser has it already: another
// build has other tags.
func (a assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file, ok := a[strings.TrimPrefix(r.URL.Path, "/")]
	switch {
	case !ok:
		http.Error(w, "observer: there is no "+r.URL.Path+" here", http.StatusNotFound)
		return
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "observer: files are only read", http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.kind)
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", file.tag)
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(file.body))
}
