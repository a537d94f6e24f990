package coppice

import (
	"context"
	"time"
)

// TimeLimit returns how long what waits with ctx may take: what is left until
// its deadline, negative for ever if it wants no limit ([NoTimeout],
// [Process.WithoutTimeout]), and [DefaultTimeout] if it says nothing. It is for
// packages that wait for messages of their own, so that they keep to the same
// limits as a request. It answers to the default of the argument timeout.
func TimeLimit(ctx context.Context) time.Duration {
	if deadline, has := ctx.Deadline(); has {
		return max(time.Until(deadline), 0)
	}
	return timeLimit(ctx)
}
