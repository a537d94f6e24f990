package signal_test

import (
	"fmt"

	"github.com/seed-7832d3a3/coppice/internal/signal"
)

func ExampleArrive() {
	const trapping = true
	fmt.Println(signal.Arrive(signal.FromLink, signal.Kill, trapping) == signal.Deliver)
	fmt.Println(signal.Arrive(signal.FromExit, signal.Kill, trapping) == signal.DieKilled)
	// Output:
	// true
	// true
}
