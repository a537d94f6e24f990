// Command shop is what the browser tests look at: a shop of 100,000 carts of
// which 1,000 a second are used, with the observer mounted under a prefix. It
// prints its address and ends with its standard input.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"runtime/trace"
	"strconv"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/inspect"
	"github.com/seed-7832d3a3/coppice/observer"
)

func main() {
	carts := flag.Int("carts", 100_000, "how many carts there are")
	rate := flag.Int("rate", 1000, "how many carts a second something is put into")
	crashes := flag.Float64("crashes", 0.5, "how many things a second are such that the cart crashes")
	broken := flag.Int("broken", 0, "how many crashes there are to begin with")
	actions := flag.Bool("actions", false, "whether the page may change something")
	flight := flag.Bool("flight", false, "whether the flight recorder is on")
	addr := flag.String("addr", "127.0.0.1:0", "where to listen")
	flag.Parse()
	if err := run(*carts, *rate, *broken, *crashes, *actions, *flight, *addr); err != nil {
		fmt.Fprintln(os.Stderr, "shop:", err)
		os.Exit(1)
	}
}

func run(carts, rate, broken int, crashes float64, actions, flight bool, addr string) error {
	node := coppice.NewNode(coppice.Options{Name: "shop@localhost", Logger: slog.New(inspect.NewLogHandler(slog.NewTextHandler(io.Discard, nil)))})
	defer node.Stop(context.Background())
	if flight {
		if err := inspect.Of(node).RecordFlight(trace.FlightRecorderConfig{}); err != nil {
			return err
		}
	}
	if _, err := shop.Start(node); err != nil {
		return err
	}
	for i := range carts {
		if _, err := cartSup.StartChild(node, cartSupName, i); err != nil {
			return err
		}
	}
	for i := range broken {
		_ = coppice.Cast(node, cartName(i), AddItem{SKU: "tea", Qty: -1})
		node.Logger().Warn("a cart was broken on purpose", "cart", cartName(i))
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(node)
	defer cancel()
	go use(ctx, carts, rate, crashes)
	mux := http.NewServeMux()
	mux.Handle("/tools/observer/", observer.Handler(node, observer.Options{Actions: actions, Metrics: "/metrics"}))
	mux.HandleFunc("POST /storm", func(w http.ResponseWriter, r *http.Request) { storm(node, w, r) })
	mux.HandleFunc("POST /crash", func(_ http.ResponseWriter, r *http.Request) {
		_ = coppice.Cast(node, coppice.Name(r.FormValue("who")), Update{Cents: -1})
	})
	mux.HandleFunc("POST /slow", func(_ http.ResponseWriter, r *http.Request) { slow(node, r) })
	go func() { _ = http.Serve(listener, mux) }()
	fmt.Printf("http://%s/tools/observer/\n", listener.Addr())
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// use puts something into rate carts a second, in ticks of 10 ms.
func use(ctx context.Context, carts, rate int, crashes float64) {
	random := rand.New(rand.NewPCG(1, 2))
	used := inspect.Of(must(coppice.NodeOf(ctx))).Plot("carts used")
	owed := 0.0
	for range time.Tick(10 * time.Millisecond) {
		if ctx.Err() != nil {
			return
		}
		for range rate / 100 {
			// A few carts are used much more than others.
			i := random.IntN(carts)
			if random.IntN(2) == 0 {
				i = random.IntN(min(carts, 40))
			}
			_ = coppice.Cast(ctx, cartName(i), AddItem{SKU: "tea", Qty: 1 + random.IntN(3)})
			used.Add(1)
		}
		if owed += crashes / 100; owed >= 1 {
			owed--
			_ = coppice.Cast(ctx, coppice.Name(fmt.Sprintf("price:%d", random.IntN(3))), Update{Cents: -1})
		}
	}
}

// slow gives a cart n messages at once, each of which takes it so many ms.
func slow(ctx context.Context, r *http.Request) {
	n, _ := strconv.Atoi(r.FormValue("n")) // a number that is none is no message
	ms, _ := strconv.Atoi(r.FormValue("ms"))
	for range n {
		_ = coppice.Cast(ctx, coppice.Name(r.FormValue("who")), Slow{Millis: ms})
	}
}

// storm has so many carts crash within a second.
func storm(ctx context.Context, w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.FormValue("n"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	sent := 0
	for range 100 {
		<-tick.C
		for range n / 100 {
			_ = coppice.Cast(ctx, cartName(sent%1000), AddItem{SKU: "tea", Qty: -1})
			sent++
		}
	}
	fmt.Fprintln(w, sent)
}
