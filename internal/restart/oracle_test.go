package restart

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestLikeOTP runs random scripts here and on Erlang's own supervisor and
// compares all that happens: starts, stops, answers, states and ends.
//
// COPPICE_SCRIPTS sets how many scripts, COPPICE_SEED which.
func TestLikeOTP(t *testing.T) {
	for _, tool := range []string{"erl", "erlc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("no Erlang here: ", err)
		}
	}
	scripts, seed := setting(t, "COPPICE_SCRIPTS", 2000), setting(t, "COPPICE_SEED", 1)
	t.Logf("COPPICE_SEED=%d COPPICE_SCRIPTS=%d", seed, scripts)
	r := rand.New(rand.NewPCG(uint64(seed), 0))
	var terms bytes.Buffer
	var here, text []string
	for range scripts {
		s := randomScript(r)
		here, text = append(here, s.run()), append(text, s.term())
		fmt.Fprintf(&terms, "%s.\n", s.term())
	}
	there := askOTP(t, terms.Bytes())
	if len(there) != scripts {
		t.Fatalf("OTP ran %d of %d scripts", len(there), scripts)
	}
	events, differ := 0, 0
	for i := range here {
		events += strings.Count(here[i], " ") + 1
		if here[i] != there[i] {
			if differ++; differ <= 5 {
				t.Errorf("%s\n OTP %s\nhere %s", text[i], there[i], here[i])
			}
		}
	}
	t.Logf("%d scripts, %d events, %d scripts differ", scripts, events, differ)
}

func setting(t *testing.T, name string, value int) int {
	if s := os.Getenv(name); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return n
	}
	return value
}

func askOTP(t *testing.T, terms []byte) []string {
	dir := t.TempDir()
	file := filepath.Join(dir, "scripts")
	if err := os.WriteFile(file, terms, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("erlc", "-o", dir, "testdata/oracle.erl").CombinedOutput(); err != nil {
		t.Fatalf("erlc: %v\n%s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), "erl", "-noshell", "-noinput", "-pa", dir,
		"-eval", fmt.Sprintf("oracle:main([%q]).", file))
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("erl: %v\n%s", err, out)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}

// A script is a supervisor and what is done to it.
type script struct {
	strategy Strategy
	auto     AutoShutdown
	max      int
	children []Child
	outcomes []string // of the starts in init, in their order; then all succeed
	batches  []batch
}

// A batch is in the supervisor's mailbox before the first of it is handled.
type batch struct {
	outcomes []string
	steps    []step
}

type step struct {
	verb   string
	child  Child // or only its ID
	reason string
}

func randomScript(r *rand.Rand) (s script) {
	s.strategy, s.auto = Strategy(r.IntN(3)), AutoShutdown(r.IntN(3))
	s.max = r.IntN(7)
	ids := strings.Fields("a b c d e")
	child := func(id string) Child {
		c := Child{ID: id, Restart: Restart(r.IntN(3))}
		c.Significant = s.auto != Never && c.Restart != Permanent && r.IntN(2) == 0
		return c
	}
	for _, id := range ids[:r.IntN(5)] {
		s.children = append(s.children, child(id))
	}
	if r.IntN(4) == 0 {
		s.outcomes = randomOutcomes(r, 12)
	}
	verbs := []string{"exit", "exit", "exit", "exit", "terminate_child", "restart_child", "delete_child", "start"}
	reasons := strings.Fields("normal shutdown {shutdown,x} boom boom killed")
	for range 1 + r.IntN(6) {
		b := batch{outcomes: randomOutcomes(r, 3)}
		for range 1 + r.IntN(4) {
			b.steps = append(b.steps, step{verbs[r.IntN(len(verbs))], child(ids[r.IntN(len(ids))]), reasons[r.IntN(len(reasons))]})
		}
		s.batches = append(s.batches, b)
	}
	return s
}

// randomOutcomes is a few outcomes, of which one in n is to ignore and two to fail.
func randomOutcomes(r *rand.Rand, n int) (out []string) {
	for range r.IntN(7) {
		out = append(out, []string{"ignore", "fail", "fail", "ok"}[min(r.IntN(2*n), 3)])
	}
	return out
}

// term is the script as testdata/oracle.erl reads it.
func (s script) term() string {
	list := func(n int, f func(int) string) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = f(i)
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	child := func(c Child) string { return fmt.Sprintf("{%s,%v,%t}", c.ID, c.Restart, c.Significant) }
	words := func(w []string) string { return "[" + strings.Join(w, ",") + "]" }
	steps := func(b batch) string {
		return list(len(b.steps), func(i int) string {
			switch st := b.steps[i]; st.verb {
			case "exit":
				return fmt.Sprintf("{exit,%s,%s}", st.child.ID, st.reason)
			case "start":
				return fmt.Sprintf("{start,%s}", child(st.child))
			default:
				return fmt.Sprintf("{%s,%s}", st.verb, st.child.ID)
			}
		})
	}
	return fmt.Sprintf("{%v,%v,%d,%s,%s,%s}", s.strategy, s.auto, s.max,
		list(len(s.children), func(i int) string { return child(s.children[i]) }), words(s.outcomes),
		list(len(s.batches), func(i int) string {
			return fmt.Sprintf("{%s,%s}", words(s.batches[i].outcomes), steps(s.batches[i]))
		}))
}

// A mimic is a supervisor with make-believe processes and a real mailbox.
type mimic struct {
	cs       *Children
	pids     map[string]int // of the children that run, as far as it has heard
	pid      int            // the last one given
	dead     map[int]bool   // ended by themselves
	mailbox  []func()
	outcomes []string
	trace    []string
	answers  []string
	gone     bool
}

func (s script) run() string {
	m := &mimic{cs: New(s.strategy, s.auto, Intensity{Max: s.max, Period: time.Hour}),
		pids: map[string]int{}, dead: map[int]bool{}, outcomes: s.outcomes}
	for _, c := range s.children {
		m.cs.Add(c)
	}
	for _, id := range m.cs.Init().Start {
		if m.start(id) == "failed" {
			m.carryOut(m.cs.Shutdown())
			m.log("init:" + id)
			return strings.Join(m.trace, " ")
		}
	}
	m.states()
	for _, b := range s.batches {
		m.batch(b)
		if m.gone {
			break
		}
		m.states()
	}
	if !m.gone {
		m.carryOut(m.cs.Shutdown())
	}
	m.log("exit:shutdown")
	return strings.Join(m.trace, " ")
}

func (m *mimic) batch(b batch) {
	m.outcomes, m.answers = b.outcomes, nil
	for _, st := range b.steps {
		id := st.child.ID
		if st.verb != "exit" {
			m.mailbox = append(m.mailbox, func() { m.answers = append(m.answers, "="+m.byHand(st)) })
			continue
		}
		pid := m.pids[id]
		if pid == 0 || m.dead[pid] {
			continue
		}
		m.log("/" + id)
		m.dead[pid] = true
		class := Abnormal
		switch st.reason {
		case "normal":
			class = Normal
		case "shutdown", "{shutdown,x}":
			class = Shutdown
		}
		m.mailbox = append(m.mailbox, func() {
			if m.pids[id] == pid && !m.gone {
				delete(m.pids, id)
				m.carryOut(m.cs.Exited(id, class, epoch))
			}
		})
	}
	for len(m.mailbox) > 0 {
		handle := m.mailbox[0]
		m.mailbox = m.mailbox[1:]
		handle()
	}
	m.trace = append(m.trace, m.answers...)
}

func (m *mimic) byHand(st step) string {
	id := st.child.ID
	if m.gone {
		return "gone"
	}
	was := m.cs.Status(id)
	switch st.verb {
	case "terminate_child":
		p, was := m.cs.Terminate(id)
		m.carryOut(p)
		if was != Absent {
			return "ok"
		}
	case "delete_child":
		was = m.cs.Delete(id)
		if was == Down {
			return "ok"
		}
	case "restart_child":
		if was == Down {
			return m.start(id)
		}
	case "start":
		switch m.cs.Add(st.child) {
		case Absent:
			answer := m.start(id)
			if answer == "failed" {
				m.cs.Delete(id)
			}
			return answer
		case Running:
			return "already_started"
		}
		return "already_present"
	}
	if was == Absent {
		return "not_found"
	}
	return was.String()
}

func (m *mimic) carryOut(p Plan) {
	for _, id := range p.Stop {
		if !m.dead[m.pids[id]] {
			m.log("-" + id)
		}
		delete(m.pids, id)
	}
	for _, id := range p.Start {
		if m.start(id) == "failed" {
			m.cs.Failed(id)
			m.mailbox = append(m.mailbox, func() { m.carryOut(m.cs.Retry(id, epoch)) })
			return
		}
	}
	m.gone = m.gone || p.Exit
}

// start starts a child, if the next outcome allows, and answers as OTP does.
func (m *mimic) start(id string) string {
	outcome := "ok"
	if len(m.outcomes) > 0 {
		outcome, m.outcomes = m.outcomes[0], m.outcomes[1:]
	}
	switch outcome {
	case "fail":
		m.log("!" + id)
		return "failed"
	case "ignore":
		m.log("~" + id)
		m.cs.Ignored(id)
		return "ignored"
	}
	m.log("+" + id)
	m.cs.Started(id)
	m.pid++
	m.pids[id] = m.pid
	return "ok"
}

func (m *mimic) states() {
	var words []string
	for id, s := range m.cs.Backward() {
		words = append(words, id+map[Status]string{Running: "+", Down: "."}[s])
	}
	m.log("[" + strings.Join(words, "") + "]")
}

func (m *mimic) log(what string) { m.trace = append(slices.Clip(m.trace), what) }
