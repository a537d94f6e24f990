package conformance

import "testing"

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	b.SetBytes(int64(len(sample)))
	for b.Loop() {
		if _, err := Parse("sample", sample); err != nil {
			b.Fatal(err)
		}
	}
}
