package inspect

import (
	"fmt"
	"strconv"
	"testing"
)

// A label of a goroutine is the user's: whatever it says, the group that has it
// is the one that it is.
func FuzzGroups(f *testing.F) {
	f.Add("name", "cart:42", 3)
	f.Add(`"`, "\n\n7 @ 0x1\n# labels: {}", 1)
	f.Add("", "\\", 12)
	f.Fuzz(func(t *testing.T, key, value string, count int) {
		_ = parseGroups(value)
		if count < 1 {
			return
		}
		text := fmt.Sprintf("goroutine profile: total %d\n%d @ 0x1 0x2\n# labels: {%s:%s}\n#\t0x1\tmain.work+0x10\t/src/main.go:7\n\n",
			count, count, strconv.Quote(key), strconv.Quote(value))
		got := parseGroups(text)
		if len(got) != 1 || got[0].Count != count || got[0].Top != "main.work" || len(got[0].Labels) != 1 {
			t.Errorf("%q: %+v", text, got)
		}
	})
}
