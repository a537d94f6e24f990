package main

import (
	"context"
	"errors"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

// A live shows a screen in the terminal, and keeps it up to date.
type live struct {
	screen *screen
	from   source
	every  time.Duration
	asked  bool // a question is on its way
	again  bool // when it is answered, ask at once
}

// tick is the message that it is time to ask again.
type tick struct{}

// Init implements tea.Model.
func (l *live) Init() tea.Cmd { return l.later() }

func (l *live) later() tea.Cmd { return tea.Tick(l.every, func(time.Time) tea.Msg { return tick{} }) }

// ask asks the node, one question at a time.
func (l *live) ask() tea.Cmd {
	if l.asked {
		l.again = true
		return nil
	}
	l.asked, l.again = true, false
	q := l.screen.question()
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), askTime)
		defer cancel()
		return q.ask(ctx, l.from)
	}
}

// carryOut has the node do what was intended.
func (l *live) carryOut() tea.Cmd {
	d, who := l.screen.intent.deed(), called(l.screen.intent.process)
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), askTime)
		defer cancel()
		return d.carryOut(ctx, l.from, who)
	}
}

// Update implements tea.Model.
func (l *live) Update(m tea.Msg) (tea.Model, tea.Cmd) {
	switch m := m.(type) {
	case tea.WindowSizeMsg:
		l.screen.width, l.screen.height = m.Width, m.Height
		l.screen.widest = nil
		l.screen.move(0)
		return l, l.ask()
	case tick:
		if l.screen.paused {
			return l, l.later()
		}
		return l, tea.Batch(l.ask(), l.later())
	case outcome:
		l.screen.done = clean(string(m))
		return l, l.ask()
	case answer:
		l.asked = false
		l.screen.take(m)
		if l.again {
			return l, l.ask()
		}
	case tea.KeyPressMsg:
		switch l.screen.press(m.String()) {
		case leave:
			return l, tea.Quit
		case fresh:
			return l, l.ask()
		case done:
			return l, l.carryOut()
		case copied:
			if b, ok := l.screen.at(); ok {
				return l, tea.SetClipboard(b.PID)
			}
		}
	case tea.PasteMsg:
		if l.screen.mode == finding {
			l.screen.input += strings.ReplaceAll(m.Content, "\n", " ")
		}
	}
	return l, nil
}

// View implements tea.Model.
func (l *live) View() tea.View {
	v := tea.NewView(strings.Join(l.screen.draw(), "\n"))
	v.AltScreen = true
	return v
}

// live runs a screen until its user leaves it.
func (a *app) live(s *screen, every time.Duration) error {
	client, err := a.attach()
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go present(ctx, client)
	s.width, s.height, _ = terminal(a.out)
	first := s.question().ask(ctx, client) // so that what makes no sense is said at once
	if first.err != nil {
		return first.err
	}
	s.take(first)
	_, err = tea.NewProgram(&live{screen: s, from: client, every: every}, tea.WithInput(a.in), tea.WithOutput(a.out)).Run()
	if errors.Is(err, tea.ErrInterrupted) {
		return nil
	}
	return err
}
