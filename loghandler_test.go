package coppice_test

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/seed-7832d3a3/coppice"
)

// What a program logs itself is shown without its secrets too, and otherwise as
// slog shows it.
func TestReportHandlerHidesSecrets(t *testing.T) {
	type login struct {
		User     string
		Password string `coppice:"redact"`
	}
	var out bytes.Buffer
	log := slog.New(coppice.NewReportHandler(&out)).With("first", login{"ann", "hush"}).WithGroup("g")
	log.Info("in", "all", []login{{"bob", "hush"}}, "plain", struct{ A string }{"x y"}, slog.Group("h", "one", &login{"cy", "hush"}))
	want := `level=INFO msg=in first="{User:\"ann\" Password:[redacted]}" g.all="[{User:\"bob\" Password:[redacted]}]" g.plain="{A:x y}" g.h.one="{User:\"cy\" Password:[redacted]}"` + "\n"
	if _, got, _ := bytes.Cut(out.Bytes(), []byte(" ")); string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
