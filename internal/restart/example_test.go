package restart_test

import (
	"fmt"
	"time"

	"github.com/seed-7832d3a3/coppice/internal/restart"
)

// A database, a cache in front of it and a server in front of both: when the
// cache ends, it and the server are started anew.
func ExampleChildren() {
	children := restart.New(restart.RestForOne, restart.Never, restart.Intensity{Max: 3, Period: 5 * time.Second})
	for _, id := range []string{"database", "cache", "server"} {
		children.Add(restart.Child{ID: id})
	}
	for _, id := range children.Init().Start {
		children.Started(id)
	}
	now := time.Now()
	plan := children.Exited("cache", restart.Abnormal, now)
	fmt.Println("stop", plan.Stop, "start", plan.Start)
	children.Failed("cache")
	fmt.Println("cache", children.Status("cache"), "server", children.Status("server"))
	fmt.Println("start", children.Retry("cache", now).Start)
	// Output:
	// stop [server] start [cache server]
	// cache restarting server down
	// start [cache server]
}

func ExampleIntensity() {
	intensity := restart.Intensity{Max: 1, Period: 5 * time.Second}
	now := time.Now()
	fmt.Println(intensity.Spend(now))
	fmt.Println(intensity.Spend(now.Add(time.Second)))
	fmt.Println(intensity.Recent(now.Add(time.Second)), "of", intensity.Max)
	// Output:
	// true
	// false
	// 2 of 1
}
