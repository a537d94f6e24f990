package coppice

import "testing"

// A place stays where it is, and is nobody else's, however many come after it.
func TestPlacesStayWhereTheyAre(t *testing.T) {
	var ps places
	kept := make(map[*place]uint32)
	for i := range uint32(10_000) {
		at := ps.add()
		pl := ps.at(at)
		if other, taken := kept[pl]; at != i || taken {
			t.Fatalf("place %d of %d lies where %d does", at, i, other)
		}
		kept[pl] = at
	}
	for pl, at := range kept {
		if ps.at(at) != pl {
			t.Errorf("place %d has moved", at)
		}
	}
}
