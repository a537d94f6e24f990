package genserver_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// The messages of an account.
type (
	Balance  struct{ genserver.Returns[int] }
	Withdraw struct {
		genserver.Returns[int] // what is left
		Amount                 int
	}
	Deposit struct{ Amount int }
)

var ErrTooLittle = errors.New("too little money")

// An Account is a server: its state, and what it does with each message.
type Account struct{ balance int }

func newAccount(_ *coppice.Process, balance int) (*Account, error) {
	return &Account{balance}, nil
}

func (a *Account) onBalance(*coppice.Process, Balance) (int, error) { return a.balance, nil }

func (a *Account) onWithdraw(_ *coppice.Process, w Withdraw) (int, error) {
	if w.Amount > a.balance {
		return a.balance, ErrTooLittle // the caller's error, and not the server's
	}
	a.balance -= w.Amount
	return a.balance, nil
}

func (a *Account) onDeposit(_ *coppice.Process, d Deposit) error {
	if d.Amount < 0 {
		panic("a negative deposit") // let it crash
	}
	a.balance += d.Amount
	return nil
}

// Accounts is what accounts accept.
var Accounts = genserver.Define(newAccount,
	genserver.OnCall((*Account).onBalance),
	genserver.OnCall((*Account).onWithdraw),
	genserver.OnCast((*Account).onDeposit),
)

// quiet is a node that does not log, as times and addresses differ.
func quiet() *coppice.Node {
	return coppice.NewNode(coppice.Options{Logger: slog.New(slog.DiscardHandler)})
}

func Example() {
	node := quiet()
	defer node.Stop(context.Background())

	account, err := Accounts.Start(node, 100)
	if err != nil {
		panic(err)
	}
	_ = genserver.Cast(node, account, Deposit{50})
	fmt.Println(genserver.Call(node, account, Withdraw{Amount: 30}))

	left, err := genserver.Call(node, account, Withdraw{Amount: 1000})
	fmt.Println(left, err, errors.Is(err, ErrTooLittle))

	_ = genserver.Cast(node, account, Deposit{-1}) // it crashes
	_, err = genserver.Call(node, account, Balance{})
	var noReply *coppice.CallError
	fmt.Println("no reply:", errors.As(err, &noReply))
	// Output:
	// 120 <nil>
	// 120 too little money true
	// no reply: true
}

func ExampleDefine() {
	// A handler may also be a function, and a constructor need not take an
	// argument.
	type seen map[string]bool
	type count struct{ genserver.Returns[int] }

	visitors := genserver.Define(
		func(*coppice.Process, genserver.None) (seen, error) { return seen{}, nil },
		genserver.OnCast(func(s seen, _ *coppice.Process, name string) error {
			s[name] = true
			return nil
		}),
		genserver.OnCall(func(s seen, _ *coppice.Process, _ count) (int, error) {
			return len(s), nil
		}),
	)

	node := quiet()
	defer node.Stop(context.Background())
	ref, _ := visitors.Start(node, genserver.None{})
	for _, name := range []string{"Ada", "Joe", "Ada"} {
		_ = genserver.Cast(node, ref, name)
	}
	fmt.Println(genserver.Call(node, ref, count{}))
	// Output: 2 <nil>
}

// The type of the result is that of the message, and a call to a server that
// is not there fails at once.
func ExampleCall() {
	node := quiet()
	defer node.Stop(context.Background())
	_, _ = Accounts.Start(node, 100, genserver.Name(coppice.Name("savings")))

	balance, err := genserver.Call(node, coppice.Name("savings"), Balance{})
	fmt.Println(balance+1, err)

	_, err = genserver.Call(node, coppice.Name("pension"), Balance{})
	fmt.Println(err)
	// Output:
	// 101 <nil>
	// call to pension with genserver_test.Balance: noproc: there is no such process
}

// A gate lets those who wait for it pass when it is opened: until then it owes
// them the reply, and is free for other messages.
func ExampleOnCallLater() {
	type pass struct{ genserver.Returns[string] }
	type open struct{}
	type gate struct{ waiting []genserver.Reply[string] }

	gates := genserver.Define(
		func(*coppice.Process, genserver.None) (*gate, error) { return &gate{}, nil },
		genserver.OnCallLater(func(g *gate, _ *coppice.Process, _ pass, r genserver.Reply[string]) error {
			g.waiting = append(g.waiting, r)
			return nil
		}),
		genserver.OnCast(func(g *gate, _ *coppice.Process, _ open) error {
			for i, r := range g.waiting {
				r.Send(fmt.Sprintf("passed as number %d", i+1))
			}
			g.waiting = nil
			return nil
		}),
	)

	node := quiet()
	defer node.Stop(context.Background())
	ref, _ := gates.Start(node, genserver.None{})
	first := genserver.SendRequest(node, ref, pass{})
	second := genserver.SendRequest(node, ref, pass{})
	_ = genserver.Cast(node, ref, open{})
	fmt.Println(first.Wait(node))
	fmt.Println(second.Wait(node))
	// Output:
	// passed as number 1 <nil>
	// passed as number 2 <nil>
}

// A cache fills itself after it has started, so that its starter need not wait
// and nobody sees it empty.
func ExampleContinue() {
	type fill struct{}
	type size struct{ genserver.Returns[int] }
	type cache struct{ entries []string }

	caches := genserver.Define(
		func(p *coppice.Process, _ genserver.None) (*cache, error) {
			genserver.Continue(p, fill{})
			return &cache{}, nil
		},
		genserver.OnContinue(func(c *cache, _ *coppice.Process, _ fill) error {
			c.entries = []string{"what", "takes", "long"}
			return nil
		}),
		genserver.OnCall(func(c *cache, _ *coppice.Process, _ size) (int, error) {
			return len(c.entries), nil
		}),
	)

	node := quiet()
	defer node.Stop(context.Background())
	ref, _ := caches.Start(node, genserver.None{})
	fmt.Println(genserver.Call(node, ref, size{}))
	// Output: 3 <nil>
}

// A session ends when nobody has used it for a while.
func ExampleSetTimeout() {
	type session struct{ used int }
	const patience = 10 * time.Millisecond

	sessions := genserver.Define(
		func(p *coppice.Process, _ genserver.None) (*session, error) {
			genserver.SetTimeout(p, patience)
			return &session{}, nil
		},
		genserver.OnCast(func(s *session, p *coppice.Process, page string) error {
			s.used++
			genserver.SetTimeout(p, patience) // any message has cancelled it
			return nil
		}),
		genserver.OnInfo(func(s *session, _ *coppice.Process, _ genserver.Timeout) error {
			return &coppice.ShutdownError{Detail: fmt.Sprintf("idle after %d pages", s.used)}
		}),
	)

	node := quiet()
	defer node.Stop(context.Background())
	_, _ = coppice.Spawn(node, func(p *coppice.Process) error {
		ref, _, _ := sessions.StartMonitor(p, genserver.None{})
		_ = genserver.Cast(p, ref, "index.html")
		fmt.Println(p.Receive().Body.(coppice.Down).Reason)
		return nil
	})
	waitForAll(node)
	// Output: shutdown: idle after 1 pages
}

// waitForAll waits until every process has ended.
func waitForAll(node *coppice.Node) {
	for pid := range node.List() {
		_, _ = coppice.Await(node, pid)
	}
}

// Three accounts are asked at the same time, and the replies taken as they come.
func ExamplePendingSet() {
	node := quiet()
	defer node.Stop(context.Background())

	var set genserver.PendingSet[int, string]
	for name, balance := range map[string]int{"Ada": 10, "Joe": 20, "Robert": 30} {
		account, _ := Accounts.Start(node, balance)
		set.Send(node, account, Balance{}, name)
	}
	total := 0
	for set.Len() > 0 {
		name, balance, ok, err := set.Wait(node)
		if !ok || err != nil {
			fmt.Println("no reply:", name, err)
			continue
		}
		total += balance
	}
	fmt.Println(total)
	// Output: 60
}

// A server that has something to put in order traps exits, so that it may do
// so when its parent tells it to end.
func ExampleOnTerminate() {
	type printer struct{}
	printers := genserver.Define(
		func(p *coppice.Process, _ genserver.None) (*printer, error) {
			p.TrapExit(true)
			return &printer{}, nil
		},
		genserver.OnTerminate(func(_ *printer, _ *coppice.Process, reason error) error {
			fmt.Println("out of paper, as of", reason)
			return nil
		}),
	)

	node := quiet()
	_, _ = printers.Start(node, genserver.None{})
	node.Stop(context.Background())
	// Output: out of paper, as of shutdown
}

// The handler of a call ends its server, and replies all the same. From outside
// a server is ended with coppice.Stop.
func ExampleStop() {
	type closing struct{ genserver.Returns[string] }
	shops := genserver.Define(
		func(*coppice.Process, genserver.None) (*struct{}, error) { return nil, nil },
		genserver.OnCall(func(*struct{}, *coppice.Process, closing) (string, error) {
			return "good night", genserver.Stop(coppice.Shutdown)
		}),
	)

	node := quiet()
	defer node.Stop(context.Background())
	shop, _ := shops.Start(node, genserver.None{})
	fmt.Println(genserver.Call(node, shop, closing{}))

	shop, _ = shops.Start(node, genserver.None{})
	fmt.Println(coppice.Stop(node, shop, coppice.Shutdown))
	fmt.Println(coppice.Alive(shop.PID()))
	// Output:
	// good night <nil>
	// <nil>
	// false
}

// A process that has to receive something of its own before it is a server.
func ExampleDefinition_Enter() {
	node := quiet()
	defer node.Stop(context.Background())

	pid, _ := coppice.Spawn(node, func(p *coppice.Process) error {
		first := p.Receive().Body.(int)
		return Accounts.Enter(p, &Account{first})
	})
	_ = coppice.Send(node, pid, 100)
	fmt.Println(genserver.Call(node, pid, Balance{}))
	// Output: 100 <nil>
}

// Under a name a server is found again by those who know only that.
func ExampleName() {
	node := quiet()
	defer node.Stop(context.Background())

	name := coppice.Name("savings")
	first, _ := Accounts.Start(node, 100, genserver.Name(name))
	_, err := Accounts.Start(node, 0, genserver.Name(name))

	var taken *coppice.AlreadyStartedError
	fmt.Println(errors.As(err, &taken) && taken.PID == first.PID())
	fmt.Println(genserver.Call(node, name, Balance{}))
	// Output:
	// true
	// 100 <nil>
}

// Transfer moves money. As it takes Refs, and no addresses of just any server,
// it cannot be called with the wrong ones.
func Transfer(ctx context.Context, from, to genserver.Ref[*Account], amount int) error {
	if _, err := genserver.Call(ctx, from, Withdraw{Amount: amount}); err != nil {
		return fmt.Errorf("transfer of %d: %w", amount, err)
	}
	return genserver.Cast(ctx, to, Deposit{amount})
}

func ExampleRef() {
	node := quiet()
	defer node.Stop(context.Background())
	ada, _ := Accounts.Start(node, 100)
	_, _ = Accounts.Start(node, 0, genserver.Name(coppice.Name("joe")))
	joe := Accounts.At(coppice.Name("joe"))

	fmt.Println(Transfer(node, ada, joe, 70))
	fmt.Println(Transfer(node, ada, joe, 70))
	fmt.Println(genserver.Call(node, joe, Balance{}))
	// Output:
	// <nil>
	// transfer of 70: too little money
	// 70 <nil>
}
