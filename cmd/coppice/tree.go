package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// newTree makes the command that shows who supervises whom.
func newTree(a *app) *cobra.Command {
	q := inspect.TreeQuery{OpenAll: true}
	w, watch, where := watching{}, false, ""
	cmd := &cobra.Command{
		Use:   "tree [WHERE]",
		Short: "show the tree of processes",
		Long: `tree shows below each process those that it has started: all of them, or
those for which WHERE holds with those above them. Where there are many
children of one kind they are one line; --collapse 0 shows each.

With --watch it is live. On a terminal it takes the whole screen; ? shows the
keys. With --plain, and elsewhere, it says in words what changes.

` + whereHelp,
		Example: `  coppice tree
  coppice tree 'restarts>0'
  coppice tree --watch
  coppice tree -o dot | dot -Tsvg -o tree.svg`,
		Annotations: map[string]string{"output": "dot"},
		RunE: func(_ *cobra.Command, args []string) error {
			q.Where = joined(args, where)
			if watch {
				return a.watchTree(q, w)
			}
			q.Window = glance
			all, err := ask(a, func(ctx context.Context, c *control.Client) (inspect.Tree, error) { return grown(ctx, c, q) })
			if err != nil {
				return err
			}
			if a.output == "dot" {
				_, err := fmt.Fprint(a.out, dot(all.Rows))
				return err
			}
			width, _, _ := terminal(a.out)
			return a.print(treeTable(all.Rows, width, colors(a.out)).String(), all)
		},
	}
	cmd.Flags().IntVar(&q.Collapse, "collapse", 50, "make one line of more than so many `children`; 0: never")
	cmd.Flags().BoolVarP(&watch, "watch", "w", false, "go on looking")
	cmd.Flags().StringVar(&a.output, "format", "text", "the same as -o: text, json or dot")
	whereFlag(cmd, &where)
	w.flags(cmd)
	return cmd
}

// watchTree is tree --watch: a screen, or in words what changes.
func (a *app) watchTree(q inspect.TreeQuery, w watching) error {
	if err := w.check(); err != nil {
		return err
	}
	if a.output == "dot" {
		return errors.New("-o dot is one picture, and no film: leave --watch out")
	}
	if a.full(w) {
		s := &screen{view: tree, where: q.Where, unfold: q.Collapse == 0, palette: colors(a.out), closed: map[string]bool{}}
		return a.live(s, w.every)
	}
	w.plain = true
	q.Limit = treePage
	var was map[string]inspect.Process
	return a.looks(question{view: tree, trees: q}, w, func(got answer) error {
		if a.output == "json" {
			return a.object(got.tree)
		}
		is := keyed(got.tree.Rows)
		text := stamped(time.Now(), changes(was, is))
		if was == nil {
			width, _, _ := terminal(a.out)
			text = treeTable(got.tree.Rows, width, colors(a.out)).String() + "\n"
		}
		was = is
		_, err := fmt.Fprint(a.out, text)
		return err
	})
}

const treePage = 5000 // rows that a node gives at a time

// grown asks for all rows of a tree, page by page.
func grown(ctx context.Context, c *control.Client, q inspect.TreeQuery) (inspect.Tree, error) {
	var all inspect.Tree
	for {
		q.Offset, q.Limit = len(all.Rows), treePage
		page, err := c.Tree(ctx, q)
		if err != nil {
			return all, err
		}
		all.Total = page.Total
		all.Rows = append(all.Rows, page.Rows...)
		if len(page.Rows) == 0 || len(all.Rows) >= page.Total {
			return all, nil
		}
	}
}

// A branch is a row of the screen, as of the tree with what is drawn before it.
type branch struct {
	inspect.TreeRow
	guide  string
	hidden int       // rows below it that are not shown
	key    string    // of a name or a key: what tells it from others, if that is not its name
	since  time.Time // of a name or a key
}

// branches draws the lines of a tree. Rows that are not the first siblings of
// the list may have no parent in it, as where one looks at a part.
func branches(rows []inspect.TreeRow) []branch {
	all := make([]branch, len(rows))
	var last []bool // of the rows above, by level
	for i, r := range rows {
		level := max(1, r.Level)
		for len(last) < level {
			last = append(last, true)
		}
		last = append(last[:level-1], r.Pos >= r.Size)
		var guide strings.Builder
		for _, l := range last[min(1, level-1) : level-1] {
			guide.WriteString(map[bool]string{true: "   ", false: "│  "}[l])
		}
		if level > 1 {
			guide.WriteString(map[bool]string{true: "└─ ", false: "├─ "}[r.Pos >= r.Size])
		}
		all[i] = branch{TreeRow: r, guide: guide.String()}
	}
	return all
}

// treeColumns are those of ps, behind the tree, which tells the parents.
func treeColumns() []column[branch] {
	return slices.DeleteFunc(rowColumns(), func(c column[branch]) bool { return c.head == "PARENT" })
}

// rowColumns are those of ps, for rows of a screen.
func rowColumns() []column[branch] {
	columns := []column[branch]{{head: "NAME", cell: func(b branch) string {
		if b.Pool > 0 {
			return fmt.Sprintf("%s(%d more)", b.guide, b.Pool)
		}
		if b.hidden > 0 {
			return fmt.Sprintf("%s%s (+%d)", b.guide, called(b.Process), b.hidden)
		}
		return b.guide + called(b.Process)
	}}}
	for _, c := range processColumns() {
		columns = append(columns, column[branch]{head: c.head, right: c.right, keep: c.keep,
			cell: func(b branch) string {
				if b.Pool > 0 {
					return ""
				}
				return c.cell(b.Process)
			},
			color: func(b branch) color {
				if c.color == nil {
					return plain
				}
				return c.color(b.Process)
			}})
	}
	return columns
}

func treeTable(rows []inspect.TreeRow, width int, p palette) table {
	return layout(treeColumns(), branches(rows), width, p)
}

// dot is the tree in the language of Graphviz.
func dot(rows []inspect.TreeRow) string {
	var b strings.Builder
	b.WriteString("digraph coppice {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n")
	for _, r := range rows {
		label, shape := clean(called(r.Process)), "box"
		key := r.PID
		switch {
		case r.Pool > 0:
			label, key = fmt.Sprintf("%d more", r.Pool), r.Parent+"/pool"
		case r.Kind == "supervisor":
			shape = "ellipse"
		}
		if key == "" {
			key = r.Parent + "/" + r.ID
		}
		if r.Status != "" && r.Status != "idle" {
			label += ", " + r.Status
		}
		fmt.Fprintf(&b, "  %s [label=%s, shape=%s];\n", quoteDot(key), quoteDot(label), shape)
		if r.Parent != "" {
			fmt.Fprintf(&b, "  %s -> %s;\n", quoteDot(r.Parent), quoteDot(key))
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// quoteDot makes a string of Graphviz.
func quoteDot(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
