package control_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/trace"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/inspect"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// runtimeDir gives the test a folder of sockets of its own, with a short path.
func runtimeDir(t *testing.T) string {
	dir, err := os.MkdirTemp("", "c")
	must(err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	t.Setenv("XDG_RUNTIME_DIR", dir)
	return filepath.Join(dir, "coppice")
}

func newNode(t *testing.T, name string) *coppice.Node {
	n := coppice.NewNode(coppice.Options{Name: name, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	t.Cleanup(func() {
		if report := n.Stop(context.Background()); len(report.Stuck) > 0 {
			t.Errorf("stuck: %v", report.Stuck)
		}
	})
	return n
}

func spawn(n *coppice.Node, name string) coppice.PID {
	registered := make(chan struct{})
	pid, err := coppice.Spawn(n, func(p *coppice.Process) error {
		must(p.Register(name))
		close(registered)
		p.Receive()
		return nil
	})
	must(err)
	<-registered
	return pid
}

// get asks a handler, and decodes the answer.
func get(t *testing.T, h http.Handler, path string, answer any) int {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	if answer != nil {
		if err := json.Unmarshal(w.Body.Bytes(), answer); err != nil {
			t.Errorf("GET %s: %v in %s", path, err, w.Body)
		}
	}
	return w.Code
}

func TestHandler(t *testing.T) {
	n := newNode(t, "shop")
	pid := spawn(n, "cart/42")
	h := control.Handler(n, control.Options{})
	var node inspect.Node
	if code := get(t, h, "/v1/node", &node); code != 200 || node.Name != "shop" || node.Processes != 1 || node.Version != inspect.Version || node.Actions {
		t.Errorf("%d: %+v", code, node)
	}
	var page inspect.Page
	if code := get(t, h, "/v1/processes?where=cart&sort=uptime&desc=1&limit=5", &page); code != 200 || len(page.Rows) != 1 || page.Rows[0].PID != pid.String() {
		t.Errorf("%d: %+v", code, page)
	}
	var tree inspect.Tree
	if code := get(t, h, "/v1/tree?open=*", &tree); code != 200 || tree.Total != 1 {
		t.Errorf("%d: %+v", code, tree)
	}
	var detail inspect.Detail
	for _, who := range []string{"cart%2F42", "%3C0.1.0%3E", "0.1.0"} {
		if code := get(t, h, "/v1/process/"+who, &detail); code != 200 || detail.Name != "cart/42" {
			t.Errorf("%s: %d: %+v", who, code, detail)
		}
	}
	var names struct{ Names []inspect.Entry }
	if code := get(t, h, "/v1/names", &names); code != 200 || len(names.Names) != 1 {
		t.Errorf("%d: %+v", code, names)
	}
	for path, want := range map[string]struct {
		status int
		code   control.Code
		text   string
	}{
		"/v1/process/cart":          {404, control.NotFound, "no process is registered as"},
		"/v1/nothing":               {404, control.NotFound, "no part of this API"},
		"/v1/processes?limit=many":  {400, control.BadRequest, "makes no sense"},
		"/v1/processes?sort=mailbx": {400, control.BadRequest, "did you mean mailbox?"},
		"/v1/processes?desc=maybe":  {400, control.BadRequest, "1 or 0"},
	} {
		var failed struct{ Error control.Error }
		if code := get(t, h, path, &failed); code != want.status || failed.Error.Code != want.code || !strings.Contains(failed.Error.Error(), want.text) {
			t.Errorf("%s: %d %+v", path, code, failed)
		}
	}
}

func TestServe(t *testing.T) {
	dir := runtimeDir(t)
	before := runtime.NumGoroutine()
	n := newNode(t, "shop")
	spawn(n, "cache")
	s, err := control.Serve(n, control.Options{Actions: true})
	must(err)
	for path, mode := range map[string]os.FileMode{s.Path(): 0o600 | os.ModeSocket, dir: 0o700 | os.ModeDir} {
		if info, err := os.Stat(path); err != nil || info.Mode() != mode {
			t.Errorf("%s: %v, %v", path, info, err)
		}
	}
	must(os.WriteFile(filepath.Join(dir, "dead.sock"), nil, 0o600))
	if names, err := control.Nodes(); err != nil || !slices.Equal(names, []string{"shop"}) {
		t.Errorf("%v, %v", names, err)
	}
	for _, name := range []string{"shop", ""} {
		client, err := control.Dial(name)
		must(err)
		node, err := client.Node(t.Context())
		if err != nil || node.Name != "shop" || !node.Actions {
			t.Errorf("%+v, %v", node, err)
		}
		if page, err := client.Processes(t.Context(), inspect.Query{Where: "cache", Sort: "name"}); err != nil || page.Matched != 1 {
			t.Errorf("%+v, %v", page, err)
		}
		if tree, err := client.Tree(t.Context(), inspect.TreeQuery{OpenAll: true}); err != nil || tree.Total != 2 {
			t.Errorf("%+v, %v", tree, err)
		}
		if detail, err := client.Process(t.Context(), "cache"); err != nil || detail.Name != "cache" {
			t.Errorf("%+v, %v", detail, err)
		}
		if found, err := client.Complete(t.Context(), inspect.CompleteQuery{Word: "C", Limit: 3}); err != nil || len(found) != 1 {
			t.Errorf("%+v, %v", found, err)
		}
		if found, err := client.Complete(t.Context(), inspect.CompleteQuery{Word: "c", Supervisors: true}); err != nil || len(found) != 0 {
			t.Errorf("%+v, %v", found, err)
		}
		if _, err := client.Complete(t.Context(), inspect.CompleteQuery{Of: "nobody"}); !errors.Is(err, inspect.ErrNotFound) && codeOf(err) != control.NotFound {
			t.Error(err)
		}
		if names, err := client.Names(t.Context(), "", 0); err != nil || len(names.Names) != 1 || names.Total != 1 {
			t.Errorf("%+v, %v", names, err)
		}
		var failed *control.Error
		if _, err := client.Process(t.Context(), "cahce"); !errors.As(err, &failed) || failed.Code != control.NotFound {
			t.Error(err)
		}
		client.Close()
	}
	if _, err := control.Dial("shp"); err == nil || !strings.Contains(err.Error(), "there is: shop") {
		t.Error(err)
	}
	n.Stop(t.Context())
	if _, err := os.Stat(s.Path()); err == nil {
		t.Error("the socket is left behind")
	}
	if _, err := control.Dial("shop"); err == nil {
		t.Error("a node that has stopped is found")
	}
	for wait := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(wait); {
		runtime.Gosched()
	}
	if after := runtime.NumGoroutine(); after > before {
		buf := make([]byte, 1<<16)
		t.Errorf("%d goroutines are left\n%s", after-before, buf[:runtime.Stack(buf, true)])
	}
}

// A second node of the same name is refused while the first one lives; what a
// dead program has left is replaced.
func TestOneSocketAName(t *testing.T) {
	dir := runtimeDir(t)
	s, err := control.Serve(newNode(t, "shop"), control.Options{})
	must(err)
	second := newNode(t, "shop")
	if _, err := control.Serve(second, control.Options{}); err == nil || !strings.Contains(err.Error(), "is served already") {
		t.Error(err)
	}
	must(s.Close())
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, "shop.sock"), Net: "unix"})
	must(err)
	l.SetUnlinkOnClose(false)
	must(l.Close()) // as if it had been killed
	if _, err := control.Serve(second, control.Options{}); err != nil {
		t.Error(err)
	}
}

// A socket whose file was removed leaves alone what has taken its place.
func TestSocketOfAnother(t *testing.T) {
	runtimeDir(t)
	first, err := control.Serve(newNode(t, "shop"), control.Options{})
	must(err)
	must(os.Remove(first.Path()))
	second, err := control.Serve(newNode(t, "shop"), control.Options{})
	must(err)
	must(first.Close())
	client, err := control.Dial("shop")
	must(err)
	defer client.Close()
	if _, err := client.Node(t.Context()); err != nil {
		t.Error(err)
	}
	must(second.Close())
	if _, err := os.Stat(second.Path()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its own file is left: %v", err)
	}
}

func TestBadFolders(t *testing.T) {
	dir := runtimeDir(t)
	n := newNode(t, "shop")
	must(os.Mkdir(dir, 0o700))
	must(os.Chmod(dir, 0o770))
	if _, err := control.Serve(n, control.Options{}); err == nil || !strings.Contains(err.Error(), "chmod 700") {
		t.Error(err)
	}
	must(os.Remove(dir))
	must(os.Symlink(t.TempDir(), dir))
	if _, err := control.Serve(n, control.Options{}); err == nil || !strings.Contains(err.Error(), "not a folder") {
		t.Error(err)
	}
	if _, err := control.Serve(newNode(t, strings.Repeat("x", 100)), control.Options{}); err == nil || !strings.Contains(err.Error(), "shorter name") {
		t.Error(err)
	}
}

// A killed keeper closes the socket, too.
func TestTheKeeperIsKilled(t *testing.T) {
	runtimeDir(t)
	n := newNode(t, "shop")
	s, err := control.Serve(n, control.Options{})
	must(err)
	for pid := range n.List() {
		must(coppice.Exit(n, pid, coppice.Kill))
	}
	for wait := time.Now().Add(5 * time.Second); time.Now().Before(wait); runtime.Gosched() {
		if _, err := os.Stat(s.Path()); err != nil {
			return
		}
	}
	t.Error("the socket is left behind")
}

// More connections than there may be wait, and are served when others go.
func TestConnectionsAreBounded(t *testing.T) {
	runtimeDir(t)
	s, err := control.Serve(newNode(t, "shop"), control.Options{})
	must(err)
	var all []net.Conn
	for range 64 {
		conn, err := net.Dial("unix", s.Path())
		must(err)
		all = append(all, conn)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	client, err := control.Dial("shop")
	must(err)
	if _, err := client.Node(ctx); err == nil {
		t.Error("one more than there may be is served")
	}
	for _, conn := range all {
		conn.Close()
	}
	if _, err := client.Node(t.Context()); err != nil {
		t.Error(err)
	}
	client.Close()
}

// The page about the API has every path.
func TestTheAPIIsDescribed(t *testing.T) {
	source, err := os.ReadFile("handler.go")
	must(err)
	page, err := os.ReadFile("../docs/api.md")
	must(err)
	found := regexp.MustCompile(`"(GET|POST) /(v1/[a-z/{}]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(found) < 18 {
		t.Errorf("only %d paths are found in handler.go", len(found))
	}
	for _, m := range found {
		want := strings.NewReplacer("{who}", "WHO", "{verb}", "VERB", "{id}", "ID").Replace(m[2])
		if !strings.Contains(string(page), m[1]+" "+want) && !strings.Contains(string(page), "`"+want) {
			t.Errorf("docs/api.md has no %s %s", m[1], want)
		}
	}
}

// A flight record comes as a file, where one is to be had.
func TestFlight(t *testing.T) {
	runtimeDir(t)
	n := newNode(t, "plane")
	_, err := control.Serve(n, control.Options{})
	must(err)
	c, err := control.Dial("plane")
	must(err)
	defer c.Close()
	var failed *control.Error
	if err := c.Flight(t.Context(), 0, io.Discard); !errors.As(err, &failed) || failed.Code != control.NotFound {
		t.Errorf("while it is off: %v", err)
	}
	must(inspect.Of(n).RecordFlight(trace.FlightRecorderConfig{}))
	var data strings.Builder
	if err := c.Flight(t.Context(), 0, &data); err != nil || !strings.HasPrefix(data.String(), "go 1.") {
		t.Errorf("%.10q, %v", data.String(), err)
	}
	if err := c.Flight(t.Context(), 7, io.Discard); !errors.As(err, &failed) || !strings.Contains(err.Error(), "crash 7") {
		t.Errorf("of a crash that never was: %v", err)
	}
	w := httptest.NewRecorder()
	control.Handler(n, control.Options{}).ServeHTTP(w, httptest.NewRequest("GET", "/v1/flight", nil))
	if got := w.Header().Get("Content-Disposition"); !strings.HasPrefix(got, "attachment; filename=2") {
		t.Errorf("Content-Disposition %q", got)
	}
	n.Stop(context.Background())
	for on := true; on; _, on = inspect.Of(n).Flights() { // or it would be in the way of another test
		runtime.Gosched()
	}
}
