package supervisor

import (
	"errors"
	"slices"
	"testing"

	"github.com/seed-7832d3a3/coppice"
)

type selfish struct{ next *selfish }

func (*selfish) Error() string { panic("ordering must not format") }

func TestGroupsAreInTheOrderOfTheirReasons(t *testing.T) {
	round := &selfish{}
	round.next = round
	var nilReason *selfish
	var nilShutdown *coppice.ShutdownError
	want := []error{
		round, nilReason, &selfish{}, nilShutdown, // no text: as they come
		errors.New("apple"), coppice.Killed, errors.New("zebra"),
		&coppice.ShutdownError{}, &coppice.ShutdownError{Detail: 7}, &coppice.ShutdownError{Detail: "bye"},
	}
	groups := func(order []error) (groups [][]*leaving) {
		for _, reason := range order {
			groups = append(groups, []*leaving{{reason: reason, nth: uint32(slices.Index(want, reason))}})
		}
		return groups
	}
	turned := slices.Clone(want)
	slices.Reverse(turned)
	got := groups(turned)
	slices.SortFunc(got, byReason)
	for i, group := range got {
		if group[0].reason != want[i] {
			t.Errorf("place %d: got %T number %d, want number %d", i, group[0].reason, group[0].nth, i)
		}
	}
}
