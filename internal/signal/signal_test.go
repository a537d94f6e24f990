package signal

import "testing"

// TestArrive is the whole table: every source, kind of reason and receiver.
func TestArrive(t *testing.T) {
	const plain, trapping = false, true
	rows := []struct {
		name     string
		from     Source
		reason   Reason
		trapping bool
		want     Effect
	}{
		{"the normal end of a linked process is not noticed", FromLink, Normal, plain, Ignore},
		{"the normal end of a linked process is a message to one that traps", FromLink, Normal, trapping, Deliver},
		{"kill from a link is an ordinary reason to die of", FromLink, Kill, plain, Die},
		{"kill from a link can be trapped", FromLink, Kill, trapping, Deliver},
		{"the abnormal end of a linked process spreads", FromLink, Other, plain, Die},
		{"the abnormal end of a linked process is a message to one that traps", FromLink, Other, trapping, Deliver},
		{"Exit normal to another is without effect", FromExit, Normal, plain, Ignore},
		{"Exit normal to another that traps is a message", FromExit, Normal, trapping, Deliver},
		{"Exit kill kills, and the reason seen is killed", FromExit, Kill, plain, DieKilled},
		{"Exit kill cannot be trapped", FromExit, Kill, trapping, DieKilled},
		{"Exit ends a process", FromExit, Other, plain, Die},
		{"Exit is a message to one that traps", FromExit, Other, trapping, Deliver},
		{"Exit normal to oneself ends", FromSelf, Normal, plain, Die},
		{"Exit normal to oneself is a message when trapping", FromSelf, Normal, trapping, Deliver},
		{"Exit kill to oneself kills", FromSelf, Kill, plain, DieKilled},
		{"Exit kill to oneself cannot be trapped", FromSelf, Kill, trapping, DieKilled},
		{"Exit to oneself ends", FromSelf, Other, plain, Die},
		{"Exit to oneself is a message when trapping", FromSelf, Other, trapping, Deliver},
	}
	type key struct {
		from     Source
		reason   Reason
		trapping bool
	}
	seen := map[key]bool{}
	for _, r := range rows {
		seen[key{r.from, r.reason, r.trapping}] = true
		t.Run(r.name, func(t *testing.T) {
			if got := Arrive(r.from, r.reason, r.trapping); got != r.want {
				t.Errorf("Arrive(%d, %d, %t) = %d, want %d", r.from, r.reason, r.trapping, got, r.want)
			}
		})
	}
	if all := int(FromSelf+1) * int(Other+1) * 2; len(seen) != all {
		t.Errorf("the table has %d of %d rows", len(seen), all)
	}
}

func TestLinkDead(t *testing.T) {
	if got := LinkDead(false); got != Ignore {
		t.Errorf("a link to the dead: effect %d, want Ignore (Link returns NoProc)", got)
	}
	if got := LinkDead(true); got != Deliver {
		t.Errorf("a link to the dead while trapping: effect %d, want Deliver", got)
	}
}
