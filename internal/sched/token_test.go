package sched

import (
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// Every token ends exactly one wait, in whatever way it is waited for and
// whoever is first; and what is handed over with it is there.
func TestTokenEndsOneWait(t *testing.T) {
	const rounds = 20_000
	ask, answer := MakeToken(), MakeToken()
	var number, waits atomic.Int64
	go func() {
		for range rounds {
			ask.Wait()
			if number.Load()%3 == 0 {
				runtime.Gosched()
			}
			waits.Add(1)
			answer.Give()
		}
	}()
	for i := range int64(rounds) {
		number.Store(i)
		ask.Give()
		switch i % 4 {
		case 0:
			answer.Wait()
		case 1:
			answer.Block()
		case 2: // a second look at the channel is no second wait
			answer.Park()
			<-answer.Park()
			answer.Unpark()
		case 3:
			for !answer.Soon() {
			}
		}
		if got := waits.Load(); got != i+1 {
			t.Fatalf("%d tokens were given, and %d waits have ended", got, i+1)
		}
	}
	if answer.Soon() || ask.Soon() {
		t.Error("a token is left")
	}
}

// A wait that nobody is going to end is given up, and the next one is whole.
func TestTokenAfterAWaitThatWasGivenUp(t *testing.T) {
	token := MakeToken()
	for range 3 {
		token.Park()
		token.Unpark()
		if token.Soon() {
			t.Fatal("a token that nobody gave")
		}
		token.Give()
		token.Wait()
	}
}

// Who waits parks in the end: so it counts as blocked in a bubble, and the
// clock of that goes on.
func TestTokenParks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		token, ended := MakeToken(), false
		go func() { token.Wait(); ended = true }()
		synctest.Wait()
		if ended {
			t.Error("the wait has ended without a token")
		}
		token.Give()
		synctest.Wait()
		if !ended {
			t.Error("the token did not end the wait")
		}
	})
}
