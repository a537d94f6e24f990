package conformance

import (
	"fmt"
	"slices"
	"strings"
)

// set takes one attribute: key=value, or key for key=true. A key that is given
// again replaces the value.
func (d *Def) set(attr string) error {
	key, value, ok := strings.Cut(attr, "=")
	if !ok {
		value = "true"
	}
	if !slices.Contains(attributes[d.Kind], key) {
		return fmt.Errorf("%s has no attribute %s", d.Kind, key)
	}
	switch key {
	case "children":
		d.Children = strings.FieldsFunc(value, func(r rune) bool { return r == ',' })
		return nil
	case "init":
		return setModes(&d.Init, key, value)
	case "term":
		return setModes(&d.Term, key, value)
	}
	if field := d.nameField(key); field != nil {
		return setName(field, key, value)
	}
	t, err := ParseTerm(value)
	if err != nil {
		return err
	}
	if key == "trap" {
		d.Trap = t != Term(Atom("false")) && t != Term(Atom("nil"))
	} else if field := d.termField(key); field != nil {
		*field = t
	}
	return nil
}

// nameField is the place of an attribute whose value is a name.
func (d *Def) nameField(key string) *string {
	return map[string]*string{
		"name":     &d.Registered,
		"via":      &d.Via,
		"listener": &d.Listener,
		"template": &d.Template,
		"child":    &d.Child,
	}[key]
}

// termField is the place of an attribute whose value is a term; restart_tasks
// has none, as restart= of a task says the same.
func (d *Def) termField(key string) *Term {
	return map[string]*Term{
		"id":            &d.ID,
		"restart":       &d.Restart,
		"shutdown":      &d.Shutdown,
		"significant":   &d.Significant,
		"type":          &d.Type,
		"strategy":      &d.Strategy,
		"intensity":     &d.Intensity,
		"period":        &d.Period,
		"auto_shutdown": &d.AutoShutdown,
		"max_children":  &d.MaxChildren,
		"keys":          &d.Keys,
		"partitions":    &d.Partitions,
		"value":         &d.Value,
	}[key]
}

func setName(field *string, key, value string) error {
	if value == "" {
		return fmt.Errorf("%s needs a value", key)
	}
	if key == "via" {
		t, err := parseTarget(value)
		if err != nil {
			return err
		}
		if t.form != byEntry {
			return fmt.Errorf("via=%s is not of the form reg:key", value)
		}
	}
	*field = value
	return nil
}

func setModes(field *[]Term, key, value string) error {
	var modes []Term
	for text := range strings.SplitSeq(value, ";") {
		m, err := ParseTerm(text)
		if err != nil {
			return err
		}
		if !isMode(key, m) {
			return fmt.Errorf("worker has no %s mode %s", key, m)
		}
		modes = append(modes, m)
	}
	*field = modes
	return nil
}

// isMode tells whether init= or term= of a worker may have this mode.
func isMode(key string, m Term) bool {
	switch m := m.(type) {
	case Atom:
		return m == "ok" || m == "hang" || key == "init" && (m == "ignore" || m == "hibernate")
	case Tuple:
		if len(m) != 2 {
			return false
		}
		_, number := m[1].(Int)
		_, word := m[1].(Atom)
		switch m[0] {
		case Term(Atom("exit")):
			return true
		case Term(Atom("slow")):
			return number
		case Term(Atom("crash")):
			return word
		case Term(Atom("timeout")):
			return number && key == "init"
		case Term(Atom("stop")), Term(Atom("continue")):
			return key == "init"
		}
	}
	return false
}
