package control_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/inspect"
)

func ExampleServe() {
	dir, err := os.MkdirTemp("", "c") // elsewhere the user's own runtime directory is right
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	os.Setenv("XDG_RUNTIME_DIR", dir)

	node := coppice.NewNode(coppice.Options{Name: "shop"})
	defer node.Stop(context.Background())
	if _, err := control.Serve(node, control.Options{Actions: true}); err != nil {
		log.Print(err)
		return
	}
	_, _ = caches.Start(node, genserver.None{}, genserver.Name(coppice.Name("cache")))

	// In another program:
	client, err := control.Dial("shop")
	if err != nil {
		log.Print(err)
		return
	}
	defer client.Close()
	ctx := context.Background()
	detail, _ := client.Process(ctx, "cache")
	for _, m := range detail.Accepts {
		fmt.Println(m.Kind, m.Name)
	}
	get := "Get"
	reply, err := client.Do(ctx, inspect.Action{Verb: "call", To: "cache", Message: &inspect.Value{Word: &get}})
	fmt.Println(reply.Text, err)
	// Output:
	// call Get
	// cast Save
	// empty <nil>
}
