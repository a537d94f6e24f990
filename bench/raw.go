package main

import (
	"sync"
)

// rawSubject is the floor: goroutines and channels, which have no names, no
// supervision and no time limits.
func rawSubject() subject {
	return subject{
		name:    "raw Go",
		mode:    "a goroutine and a channel of any for each server; a call takes a reply channel along",
		call:    rawCall,
		cast:    rawCast,
		relay:   rawRelay,
		spawn:   rawSpawn,
		backlog: rawBacklog,
		blocked: rawBlocked,
	}
}

// queue is how many messages the channel of a server holds where it may hold
// many.
const queue = 1024

func rawOthers(others int) (end func()) {
	p := rawSpawn(scene{})
	p.fill(others)
	return p.empty
}

func rawCall(s scene) loop {
	end := rawOthers(s.others)
	requests := rawServer()
	return loop{
		run: func(times int) {
			reply := make(chan any, 1)
			for range times {
				requests <- reply
				<-reply
			}
		},
		end: func() { close(requests); end() },
	}
}

func rawServer() chan any {
	requests := make(chan any, 1)
	go func() {
		for m := range requests {
			m.(chan any) <- 1
		}
	}()
	return requests
}

func rawCast(s scene) loop {
	end := rawOthers(s.others)
	return loop{end: end, run: func(times int) {
		ticks, done := make(chan any, queue), make(chan struct{})
		go func() {
			for range times {
				<-ticks
			}
			close(done)
		}()
		for i := range s.groups {
			go func() {
				for range share(times, s.groups, i) {
					ticks <- tick{}
				}
			}()
		}
		<-done
	}}
}

func rawRelay(s scene) loop {
	end := rawOthers(s.others)
	var starts []func(laps int)
	var all sync.WaitGroup // the rings at play
	for range s.groups {
		ring := make([]chan any, s.size)
		for i := range ring {
			ring[i] = make(chan any, 1)
		}
		for i := 1; i < s.size; i++ {
			go func() {
				for m := range ring[i] {
					ring[(i+1)%s.size] <- m
				}
			}()
		}
		starts = append(starts, func(laps int) {
			all.Go(func() {
				for range laps {
					ring[1%s.size] <- ball{}
					<-ring[0]
				}
			})
		})
	}
	return loop{end: end, run: func(times int) {
		for _, start := range starts {
			start(s.laps(times))
		}
		all.Wait()
	}}
}

func rawSpawn(scene) phases {
	var servers []chan any
	var all sync.WaitGroup
	return phases{
		fill: func(many int) {
			servers = make([]chan any, many)
			for i := range servers {
				requests := make(chan any, 1)
				servers[i] = requests
				all.Go(func() {
					for range requests {
					}
				})
			}
		},
		empty: func() {
			for _, requests := range servers {
				close(requests)
			}
			all.Wait()
			servers = nil
		},
	}
}

func rawBacklog(scene) phases {
	var ticks chan any
	return phases{
		fill: func(many int) {
			ticks = make(chan any, many)
			for range many {
				ticks <- tick{}
			}
			close(ticks)
		},
		empty: func() {
			for range ticks {
			}
		},
	}
}

func rawBlocked(scene) stuck {
	requests := rawServer()
	return stuck{
		block: func(code []func()) {
			for _, foreign := range code {
				go foreign()
			}
		},
		laps: laps{end: func() { close(requests) }, run: func(times int, lap func()) {
			reply := make(chan any, 1)
			for range times {
				requests <- reply
				<-reply
				lap()
			}
		}},
	}
}
