package inspect

import "testing"

// What was looked for is remembered, but not any amount of it.
func TestPlansAreBounded(t *testing.T) {
	s := new(scan)
	for i := range maxPlanned / 10 {
		s.entries = append(s.entries, entry{mailbox: int32(i)})
	}
	for i := range 100 {
		plan, err := s.planOf(listKey{sort: "mailbox", offset: i})
		if err != nil || len(plan.rows) != len(s.entries)-i {
			t.Fatalf("%d rows, %v", len(plan.rows), err)
		}
		if again, _ := s.planOf(listKey{sort: "mailbox", offset: i}); again != plan {
			t.Fatal("it is forgotten at once")
		}
		rows := 0
		for _, kept := range s.plans.lists {
			rows += len(kept.rows)
		}
		if rows > maxPlanned {
			t.Fatalf("%d rows are kept", rows)
		}
	}
}
