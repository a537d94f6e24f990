package coppice

import (
	"context"
	"io"
	"log/slog"
	"reflect"
	"sync"

	"github.com/seed-7832d3a3/coppice/internal/show"
)

// A ReportHandler is a slog.Handler for people: it writes reports in their
// readable form, with what would steer a terminal shown instead, and hands all
// other records to next.
type ReportHandler struct {
	w    io.Writer
	mu   *sync.Mutex // guards w
	next slog.Handler
}

// NewReportHandler returns a handler that writes to w; other records go to a
// slog.TextHandler on w.
func NewReportHandler(w io.Writer) *ReportHandler {
	mu := new(sync.Mutex)
	locked := lockedWriter{w, mu}
	return &ReportHandler{w: w, mu: mu, next: slog.NewTextHandler(locked, &slog.HandlerOptions{ReplaceAttr: redacted})}
}

// redacted hides what is secret in a value of a type that has some.
func redacted(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindAny && show.Hides(reflect.TypeOf(a.Value.Any())) {
		a.Value = slog.StringValue(safe(a.Value.Any()))
	}
	return a
}

type lockedWriter struct {
	w  io.Writer
	mu *sync.Mutex
}

func (l lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

// Enabled implements slog.Handler.
func (h *ReportHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (h *ReportHandler) Handle(ctx context.Context, record slog.Record) error {
	var report Report
	record.Attrs(func(a slog.Attr) bool {
		report, _ = a.Value.Any().(Report)
		return report == nil
	})
	if report == nil {
		return h.next.Handle(ctx, record)
	}
	_, err := lockedWriter{h.w, h.mu}.Write([]byte(record.Time.Format("15:04:05.000 ") + show.Lines(report.String())))
	return err
}

// WithAttrs implements slog.Handler.
func (h *ReportHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &ReportHandler{w: h.w, mu: h.mu, next: h.next.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h *ReportHandler) WithGroup(name string) slog.Handler {
	return &ReportHandler{w: h.w, mu: h.mu, next: h.next.WithGroup(name)}
}
