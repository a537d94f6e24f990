package shell

// A want is what the last word of a text could be, as far as the grammar says.
type want struct {
	kind wantKind
	from int // where the word begins

	command *commandNode // in which the word stands, with the arguments before it
	message string       // of whose fields it is one
	path    []string     // the fields on the way to it

	of      node // whose field it is
	element bool // it is a field of the elements of that
}

type wantKind int

const (
	wantNothing wantKind = iota
	wantStatement
	wantStage
	wantMember
	wantWho
	wantName
	wantSupervisor
	wantChild
	wantReason
	wantMessage
	wantField
	wantValue
	wantCommand
	wantCrash
	wantLook   // an expression in which a dot stands for what the command has
	wantState  // a field of the state of the server that a command is about
	wantOption // --NAME
	wantLevel  // of a log
	wantRest   // the rest of the line
)

// mark notes what the word that begins here could be, if the text ends with it.
func (p *parser) mark(from int, w want) {
	if p.err == nil && p.at == len(p.text) {
		w.from = from
		p.want = &w
	}
}
