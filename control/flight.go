package control

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// flight gives a flight record to be kept as a file.
func (h *handler) flight(w http.ResponseWriter, r *http.Request) {
	q := query{values: r.URL.Query()}
	crash := q.seq("crash")
	data, err := []byte(nil), q.err
	if err == nil {
		data, err = h.view.Flight(crash)
	}
	if err != nil {
		writeError(w, err)
		return
	}
	name := time.Now().Format("20060102-150405") + ".trace"
	if crash > 0 {
		name = fmt.Sprintf("crash-%d.trace", crash)
	}
	header := w.Header()
	header.Set("Content-Type", "application/octet-stream")
	header.Set("Content-Disposition", "attachment; filename="+name)
	header.Set("Content-Length", strconv.Itoa(len(data)))
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(data) // the client may have gone
}

// Flight writes the flight record of a crash (0: of the seconds until now) to w:
// see [inspect.View.RecordFlight].
func (c *Client) Flight(ctx context.Context, crash uint64, w io.Writer) error {
	query := url.Values{}
	if crash > 0 {
		query.Set("crash", strconv.FormatUint(crash, 10))
	}
	response, err := c.send(ctx, http.MethodGet, "flight", query, nil)
	if err != nil {
		return err
	}
	defer closeQuietly(response.Body)
	if _, err := io.Copy(w, response.Body); err != nil {
		return fmt.Errorf("control: the flight record of node %s: %w", c.name, err)
	}
	return nil
}
