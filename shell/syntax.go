package shell

// A node is a part of a program that has a result.
type node interface{ pos() span }

// A statement is one line: a result, and the variable that keeps it.
type statement struct {
	span
	name string // "" if no variable does
	body node
}

// A commandNode is a command with its arguments.
type commandNode struct {
	span
	command *command
	args    []*valueNode
	options []any // a value each, in the order of the command
}

// A literal is a number, a string, true, false, nil, a duration or a pid.
type literal struct {
	span
	typ   *Type
	value any
}

// A variable is it, it3 or one of the user's own.
type variable struct {
	span
	name string
}

// A field is a field of a value, or of the element that a stage looks at.
type field struct {
	span
	of   node // nil: of the element
	name string
	at   span // of the name; an empty name is the element itself
}

// A binary is an operator between two operands; not and minus have no left one.
type binary struct {
	span
	op          string
	left, right node
}

// A stage is what comes behind a bar: it makes something else of what is on the
// left.
type stage struct {
	span
	fn   *function
	left node
	args []node
}

// A listNode is [a, b].
type listNode struct {
	span
	items []node
}

// A recordNode is {Name: .Name, N: 1}.
type recordNode struct {
	span
	names  []string
	values []node
}

// A valueNode is an argument of a command: plain data, whose Go type the node
// knows.
type valueNode struct {
	span
	kind   valueKind
	text   string       // of a word or a string; of a struct, its type or ""
	items  []*valueNode // of a list or a struct
	names  []string     // of a struct: a field without a name is the bare value
	inside node         // of parentheses: an expression in place of the value
}

type valueKind int

const (
	aWord valueKind = iota
	aString
	aList
	aStruct
	anExpression
)
