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
	screen  *screen
	from    source
	every   time.Duration
	asked   context.CancelFunc // ends the question that is on its way; nil: none is
	when    time.Time          // it was asked
	abandon context.CancelFunc // ends the wait for what was sent; nil: nothing was
	tracing context.CancelFunc // ends the trace; nil: there is none
	again   bool               // when it is answered, ask at once
	soon    bool               // somebody waits for the next answer
}

// tick is the message that it is time to ask again.
type tick struct{}

// Init implements tea.Model.
func (l *live) Init() tea.Cmd { return l.later() }

func (l *live) later() tea.Cmd { return tea.Tick(l.every, func(time.Time) tea.Msg { return tick{} }) }

// ask asks the node, one question at a time.
func (l *live) ask() tea.Cmd {
	if l.asked != nil {
		l.again = true
		return nil
	}
	q := l.screen.question()
	if l.soon {
		q.list.Window = 0 // what the node has measured already will do
	}
	ctx, cancel := context.WithTimeout(context.Background(), askTime+q.list.Window)
	l.asked, l.when, l.again, l.soon = cancel, time.Now(), false, false
	return func() tea.Msg {
		defer cancel()
		return q.ask(ctx, l.from)
	}
}

// askSoon asks for what somebody waits for: a question that takes its time does
// not hold it up.
func (l *live) askSoon() tea.Cmd {
	l.soon = true
	if l.asked != nil && l.screen.window > 0 {
		l.asked()
	}
	return l.ask()
}

// carryOut has the node do what was intended.
func (l *live) carryOut() tea.Cmd {
	i := l.screen.intent
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), askTime)
		defer cancel()
		return i.carryOut(ctx, l.from)
	}
}

// send sends what was written. The node gives up first, and says so.
func (l *live) send() tea.Cmd {
	const longer = askTime + 2*time.Second
	ctx, cancel := context.WithTimeout(context.Background(), longer)
	l.abandon = cancel
	action := l.screen.writing.action
	return func() tea.Msg {
		defer cancel()
		result, err := l.from.Do(ctx, action)
		return reply{result, err}
	}
}

// Update implements tea.Model.
func (l *live) Update(m tea.Msg) (tea.Model, tea.Cmd) {
	switch m := m.(type) {
	case tea.WindowSizeMsg:
		l.screen.width, l.screen.height = m.Width, m.Height
		l.screen.widest = nil
		l.screen.move(0)
		return l, l.askSoon()
	case tick:
		if l.screen.paused || time.Since(l.when) < l.screen.between() {
			return l, l.later()
		}
		return l, tea.Batch(l.ask(), l.later())
	case outcome:
		l.screen.done = clean(string(m))
		return l, l.askSoon()
	case step:
		return l, l.goOn(m)
	case reply:
		l.screen.writing.hear(m)
		return l, l.askSoon()
	case answer:
		l.asked = nil
		if !errors.Is(m.err, context.Canceled) {
			l.again = l.screen.take(m) || l.again
		}
		if l.again {
			return l, l.ask()
		}
	case tea.KeyPressMsg:
		wanted := l.screen.press(m.String())
		if l.tracing != nil && (l.screen.list.of != traced || wanted == follow) {
			l.tracing()
			l.tracing = nil
		}
		switch wanted {
		case follow:
			return l, l.follow()
		case leave:
			return l, tea.Quit
		case fresh:
			return l, l.askSoon()
		case done:
			return l, l.carryOut()
		case send:
			return l, l.send()
		case abandon:
			l.abandon()
		case copied:
			text, _ := l.screen.clip()
			return l, tea.SetClipboard(text)
		}
	case tea.PasteMsg:
		if l.screen.paste(strings.ReplaceAll(m.Content, "\n", " ")) == fresh {
			return l, l.askSoon()
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
	q := s.question()
	q.list.Window = min(q.list.Window, time.Second) // so that something is there soon, and what makes no sense is said at once
	first := q.ask(ctx, client)
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
