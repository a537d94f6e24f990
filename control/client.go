package control

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os/user"
	"strconv"
	"strings"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// A Client asks a node. It is safe for concurrent use.
type Client struct {
	name  string
	base  string // of all URLs
	token string // or ""
	http  *http.Client
}

// Dial finds a node of this user by its name. With an empty name it is the only
// one that there is. The error says which there are.
func Dial(name string) (*Client, error) { return dialIn(Dir(), name) }

func dialIn(dir, name string) (*Client, error) {
	names, err := nodesIn(dir)
	if err != nil {
		return nil, err
	}
	if name == "" {
		switch len(names) {
		case 0:
			return nil, &Error{Code: NotFound, Message: "no node is served in " + dir, Try: "a program serves its node with control.Serve(node, control.Options{})"}
		case 1:
			name = names[0]
		default:
			return nil, &Error{Code: BadRequest, Message: "there is more than one node", Try: "name one of " + strings.Join(names, ", ")}
		}
	}
	path, err := socketOf(dir, name)
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		if n == name {
			return newClient(name, path), nil
		}
	}
	try := "no node is served in " + dir
	if len(names) > 0 {
		try = "there is: " + strings.Join(names, ", ")
	}
	return nil, &Error{Code: NotFound, Message: fmt.Sprintf("no node called %s is served", name), Try: try}
}

func newClient(name, socket string) *Client {
	dialer := &net.Dialer{Timeout: dialTime}
	transport := &http.Transport{
		MaxIdleConns:    4,
		IdleConnTimeout: idleTime / 2, // before the server cuts it off
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "unix", socket)
		},
	}
	return &Client{name: name, base: "http://coppice/v1/", http: &http.Client{Transport: transport}}
}

// Name returns the name of the node.
func (c *Client) Name() string { return c.name }

// Close gives up the connections that are not in use.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Get asks for what is at a path of the API, and decodes the answer. The error
// of the API is an *[Error].
func (c *Client) Get(ctx context.Context, path string, query url.Values, answer any) error {
	return c.ask(ctx, http.MethodGet, path, query, nil, answer)
}

// closeQuietly closes what nothing more is wanted of: an error tells nobody
// anything.
func closeQuietly(c io.Closer) { _ = c.Close() }

// path joins the parts of a path, which may have any characters.
func path(parts ...string) string {
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return strings.Join(parts, "/")
}

func (c *Client) ask(ctx context.Context, method, path string, query url.Values, body, answer any) error {
	response, err := c.send(ctx, method, path, query, body)
	if err != nil {
		return err
	}
	defer closeQuietly(response.Body)
	limited := &io.LimitedReader{R: response.Body, N: maxEvent}
	err = json.NewDecoder(limited).Decode(answer)
	_, _ = io.Copy(io.Discard, limited) // so that the connection can be used again
	if limited.N <= 0 {
		err = fmt.Errorf("it is longer than %d MiB", maxEvent>>20)
	}
	if err != nil {
		return fmt.Errorf("control: the answer of node %s: %w", c.name, err)
	}
	return nil
}

// send sends a request. The response is a success, and its body is open.
func (c *Client) send(ctx context.Context, method, path string, query url.Values, body any) (*http.Response, error) {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("control: the request: %w", err)
		}
		content = bytes.NewReader(text)
	}
	at := c.base + path
	if len(query) > 0 {
		at += "?" + query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, method, at, content)
	if err != nil {
		return nil, fmt.Errorf("control: the request: %w", err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	if me, err := user.Current(); err == nil {
		request.Header.Set(whoHeader, me.Username)
	}
	response, err := c.http.Do(request)
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) {
			err = failed.Err // the URL tells nobody anything
		}
		if ctx.Err() == nil {
			return nil, fmt.Errorf("control: node %s does not answer: %w", c.name, err)
		}
		return nil, ctx.Err()
	}
	if response.StatusCode == http.StatusOK {
		return response, nil
	}
	defer closeQuietly(response.Body)
	var failed struct{ Error *Error }
	if err := json.NewDecoder(io.LimitReader(response.Body, maxRequest)).Decode(&failed); err != nil || failed.Error == nil {
		return nil, fmt.Errorf("control: node %s answered %s", c.name, response.Status)
	}
	return nil, failed.Error
}

// Node asks for what there is to know of the node.
func (c *Client) Node(ctx context.Context) (inspect.Node, error) {
	var node inspect.Node
	err := c.Get(ctx, "node", nil, &node)
	return node, err
}

// Processes asks for a list of processes.
func (c *Client) Processes(ctx context.Context, q inspect.Query) (inspect.Page, error) {
	page := inspect.Page{Rows: make([]inspect.Process, 0, min(max(q.Limit, 0), maxRows))} // so that they need not move
	values := listQuery(q)
	values.Set("terse", "1")
	err := c.Get(ctx, "processes", values, &page)
	return page, err
}

func listQuery(q inspect.Query) url.Values {
	values := part(q.Where, q.Offset, q.Limit)
	if q.Sort != "" {
		values.Set("sort", q.Sort)
	}
	if q.Desc {
		values.Set("desc", "1")
	}
	if q.Window > 0 {
		values.Set("window", q.Window.String())
	}
	if len(q.PIDs) > 0 {
		values.Set("pids", strings.Join(q.PIDs, ","))
	}
	return values
}

func part(where string, offset, limit int) url.Values {
	values := url.Values{}
	if where != "" {
		values.Set("where", where)
	}
	if offset > 0 {
		values.Set("offset", strconv.Itoa(offset))
	}
	if limit > 0 {
		values.Set("limit", strconv.Itoa(limit))
	}
	return values
}

// Tree asks for a part of the tree of processes.
func (c *Client) Tree(ctx context.Context, q inspect.TreeQuery) (inspect.Tree, error) {
	var tree inspect.Tree
	err := c.Get(ctx, "tree", treeQuery(q), &tree)
	return tree, err
}

func treeQuery(q inspect.TreeQuery) url.Values {
	values := part(q.Where, q.Offset, q.Limit)
	values.Set("collapse", strconv.Itoa(q.Collapse))
	if q.Window > 0 {
		values.Set("window", q.Window.String())
	}
	if q.Focus != "" {
		values.Set("focus", q.Focus)
	}
	if q.OpenAll {
		values.Set("open", "*")
	} else if len(q.Open) > 0 {
		values.Set("open", strings.Join(q.Open, ","))
	}
	if len(q.Shut) > 0 {
		values.Set("shut", strings.Join(q.Shut, ","))
	}
	return values
}

// Process asks for what there is to know of a process, which is told by its
// name or PID.
func (c *Client) Process(ctx context.Context, who string) (inspect.Detail, error) {
	var detail inspect.Detail
	err := c.Get(ctx, path("process", who), nil, &detail)
	return detail, err
}

// Names asks for the registered names and the keys of registries that have all
// the words of where in their texts, but for so many names at most; 0 is as many
// as there may be, a hundred thousand.
func (c *Client) Names(ctx context.Context, where string, limit int) (NameList, error) {
	values := part(where, 0, 0)
	values.Set("limit", strconv.Itoa(limit))
	var answer NameList
	err := c.Get(ctx, "names", values, &answer)
	return answer, err
}

// Complete asks for the processes that a word could become.
func (c *Client) Complete(ctx context.Context, q inspect.CompleteQuery) ([]inspect.Match, error) {
	values := part("", 0, q.Limit)
	if q.Supervisors {
		values.Set("supervisors", "1")
	}
	for key, text := range map[string]string{"word": q.Word, "of": q.Of} {
		if text != "" {
			values.Set(key, text)
		}
	}
	var answer struct{ Matches []inspect.Match }
	err := c.Get(ctx, "complete", values, &answer)
	return answer.Matches, err
}

// State asks a server, which is told by its name or PID, for what it shows of
// its state.
func (c *Client) State(ctx context.Context, who string) (inspect.Result, error) {
	var result inspect.Result
	err := c.Get(ctx, path("process", who)+"/state", nil, &result)
	return result, err
}

// Crashes asks for the crash reports, the newest first and without their long
// texts, and Crash for one.
func (c *Client) Crashes(ctx context.Context) ([]inspect.Crash, error) {
	var answer struct{ Crashes []inspect.Crash }
	err := c.Get(ctx, "crashes", nil, &answer)
	return answer.Crashes, err
}

// Crash asks for a crash report.
func (c *Client) Crash(ctx context.Context, id uint64) (inspect.Crash, error) {
	var crash inspect.Crash
	err := c.Get(ctx, "crashes/"+strconv.FormatUint(id, 10), nil, &crash)
	return crash, err
}

// Do has the node carry out an action. Who wants it is this user.
func (c *Client) Do(ctx context.Context, action inspect.Action) (inspect.Result, error) {
	var result inspect.Result
	err := c.ask(ctx, http.MethodPost, path("do", action.Verb), nil, action, &result)
	return result, err
}

// Watch follows a view of the API: processes, tree, process, node, crashes,
// events, logs, names, children, metrics or runtime, with its query. It yields
// what the stream has: an event full, delta, node or beat, and its data as JSON.
// An error is the last.
func (c *Client) Watch(ctx context.Context, view string, query url.Values) iter.Seq2[StreamEvent, error] {
	with := url.Values{"view": {view}}
	maps.Copy(with, query)
	return c.stream(ctx, "watch", with)
}

// Trace follows what a server does, for so many events (max) and so long (for)
// as the query says: it yields events trace, and end.
func (c *Client) Trace(ctx context.Context, who string, query url.Values) iter.Seq2[StreamEvent, error] {
	with := url.Values{"who": {who}}
	maps.Copy(with, query)
	return c.stream(ctx, "trace", with)
}

// A StreamEvent is an event of a stream.
type StreamEvent struct {
	Event string
	Data  json.RawMessage
}

func (c *Client) stream(ctx context.Context, path string, query url.Values) iter.Seq2[StreamEvent, error] {
	return func(yield func(StreamEvent, error) bool) {
		response, err := c.send(ctx, http.MethodGet, path, query, nil)
		if err != nil {
			yield(StreamEvent{}, err)
			return
		}
		defer closeQuietly(response.Body)
		lines := bufio.NewScanner(response.Body)
		lines.Buffer(nil, maxEvent)
		var e StreamEvent
		for lines.Scan() {
			line := lines.Text()
			if name, ok := strings.CutPrefix(line, "event: "); ok {
				e.Event = name
			} else if data, ok := strings.CutPrefix(line, "data: "); ok {
				e.Data = json.RawMessage(data)
			} else if line == "" && e.Event != "" {
				if !yield(e, nil) {
					return
				}
				e = StreamEvent{}
			}
		}
		if err := lines.Err(); err != nil && ctx.Err() == nil {
			yield(StreamEvent{}, fmt.Errorf("control: the stream of node %s broke: %w", c.name, err))
		} else if ctx.Err() != nil {
			yield(StreamEvent{}, ctx.Err())
		}
	}
}

// maxEvent is how long an answer, or an event of a stream, may be: whoever answers
// may not be what he seems.
const maxEvent = 64 << 20
