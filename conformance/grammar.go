package conformance

import "strings"

// attributes lists what a definition of each kind may have.
var attributes = map[Kind][]string{
	Worker:   words("trap name via init term", childAttributes),
	Proc:     words("trap"),
	Sup:      words("strategy intensity period auto_shutdown children template name via", childAttributes),
	DynSup:   words("intensity period max_children name via", childAttributes),
	TaskSup:  words("max_children restart_tasks intensity", childAttributes),
	Registry: words("keys partitions listener", childAttributes),
	Agent:    words("value name", childAttributes),
	PartSup:  words("child partitions strategy intensity period", childAttributes),
}

const childAttributes = "id restart shutdown significant type"

func words(lists ...string) []string { return strings.Fields(strings.Join(lists, " ")) }

// A verb says how an operation is to be written. Numbers in the slices are
// indexes of arguments; the arguments need not be there.
type verb struct {
	min, max int // number of arguments, without `as L` and key=value
	owned    bool
	terms    []int
	numbers  []int
	limits   []int // milliseconds or infinity
	brutal   bool  // a limit may also be brutal_kill
	targets  []int
	names    []int // definitions
	childIDs []int // a term, or id:TERM
	makes    int   // 1 + the index of the label that it makes; 0 for none
	uses     bool  // the first argument is a list of labels
	known    bool  // the first argument must be a name that the file defines
}

var (
	first  = []int{0}
	second = []int{1}
	third  = []int{2}
)

var verbs = map[string]verb{
	"sleep":  {min: 1, max: 1, numbers: first},
	"settle": {},
	"wait":   {min: 1, max: 20},

	"start":         {min: 1, max: 1, names: first, known: true},
	"spawn":         {min: 1, max: 1, names: first, known: true},
	"spawn_link":    {min: 1, max: 1, names: first, known: true},
	"spawn_monitor": {min: 1, max: 1, names: first, known: true},
	"exit":          {min: 2, max: 2, terms: second, targets: first, known: true},
	"link":          {min: 1, max: 1, targets: first, known: true},
	"unlink":        {min: 1, max: 1, targets: first, known: true},
	"monitor":       {min: 1, max: 1, targets: first, known: true},
	"demonitor":     {min: 1, max: 2, uses: true},
	"trap":          {min: 1, max: 1, owned: true},
	"register":      {min: 1, max: 2},
	"unregister":    {min: 1, max: 1},
	"whereis":       {min: 1, max: 1, targets: first},
	"send":          {min: 2, max: 2, terms: second, targets: first, known: true},
	"alive":         {min: 1, max: 1, targets: first, known: true},
	"links":         {min: 1, max: 1, targets: first, known: true},
	"die":           {min: 1, max: 1, owned: true, terms: first},
	"crash":         {min: 1, max: 1, owned: true},
	"return":        {min: 0, max: 1, owned: true, terms: first},
	"hang":          {min: 0, max: 1, owned: true, numbers: first},

	"call":       {min: 2, max: 3, terms: second, limits: third, targets: first, known: true},
	"call!":      {min: 2, max: 3, terms: second, limits: third, targets: first, known: true},
	"cast":       {min: 2, max: 2, terms: second, targets: first, known: true},
	"stop":       {min: 1, max: 3, terms: second, limits: third, targets: first, known: true},
	"stop!":      {min: 1, max: 3, terms: second, limits: third, targets: first, known: true},
	"reply":      {min: 2, max: 2, owned: true, terms: []int{0, 1}},
	"send_after": {min: 3, max: 3, terms: third, numbers: second, targets: first},
	"cancel":     {min: 1, max: 1, uses: true},
	"read":       {min: 1, max: 1, uses: true},

	"suspend": {min: 1, max: 2, limits: second, targets: first, known: true},
	"resume":  {min: 1, max: 2, limits: second, targets: first, known: true},
	"state":   {min: 1, max: 2, limits: second, targets: first, known: true},
	"replace": {min: 2, max: 3, terms: second, limits: third, targets: first, known: true},

	"start_child":     {min: 2, max: 2, targets: first, known: true},
	"terminate_child": {min: 2, max: 2, targets: first, childIDs: second, known: true},
	"restart_child":   {min: 2, max: 2, targets: first, childIDs: second, known: true},
	"delete_child":    {min: 2, max: 2, targets: first, childIDs: second, known: true},
	"which_children":  {min: 1, max: 1, targets: first, known: true},
	"count_children":  {min: 1, max: 1, targets: first, known: true},
	"get_childspec":   {min: 2, max: 2, targets: first, childIDs: second, known: true},
	"partitions":      {min: 1, max: 1, known: true},

	"reg_register":   {min: 3, max: 3, terms: []int{1, 2}},
	"reg_unregister": {min: 2, max: 2, terms: second},
	"reg_update":     {min: 3, max: 3, terms: []int{1, 2}},
	"lookup":         {min: 2, max: 2, terms: second, known: true},
	"values":         {min: 2, max: 3, terms: second, targets: third},
	"keys":           {min: 1, max: 2, targets: second, known: true},
	"reg_match":      {min: 3, max: 3, terms: []int{1, 2}},
	"reg_select":     {min: 1, max: 1},
	"reg_count":      {min: 1, max: 1},
	"put_meta":       {min: 3, max: 3, terms: []int{1, 2}},
	"meta":           {min: 2, max: 2, terms: second},
	"reg_dispatch":   {min: 3, max: 3, terms: []int{1, 2}},

	"task":          {min: 2, max: 2, owned: true, makes: 1},
	"task_sup":      {min: 3, max: 3, owned: true, makes: 2},
	"task_nolink":   {min: 3, max: 3, owned: true, makes: 2},
	"task_child":    {min: 3, max: 3, makes: 2},
	"await":         {min: 1, max: 2, owned: true, limits: second, uses: true},
	"await!":        {min: 1, max: 2, owned: true, limits: second, uses: true},
	"await_many":    {min: 1, max: 2, owned: true, limits: second, uses: true},
	"await_many!":   {min: 1, max: 2, owned: true, limits: second, uses: true},
	"yield":         {min: 1, max: 2, owned: true, limits: second, uses: true},
	"yield_many":    {min: 1, max: 2, owned: true, limits: second, uses: true},
	"shutdown_task": {min: 1, max: 2, owned: true, limits: second, brutal: true, uses: true},
	"ignore_task":   {min: 1, max: 1, owned: true, uses: true},
	"go":            {min: 2, max: 2, terms: second, targets: first, uses: true},
	"stream":        {min: 1, max: 40, owned: true},

	"agent_get":     {min: 1, max: 1, targets: first, known: true},
	"agent_add":     {min: 2, max: 2, numbers: second, targets: first, known: true},
	"agent_get_add": {min: 2, max: 2, numbers: second, targets: first, known: true},
	"agent_cast":    {min: 2, max: 2, numbers: second, targets: first, known: true},
	"agent_raise":   {min: 1, max: 1, targets: first, known: true},
}
