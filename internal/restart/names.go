package restart

// The names are OTP's, for those who read them in a report.
var (
	restartNames  = [...]string{"permanent", "transient", "temporary"}
	classNames    = [...]string{"normal", "shutdown", "abnormal"}
	strategyNames = [...]string{"one_for_one", "one_for_all", "rest_for_one"}
	autoNames     = [...]string{"never", "any_significant", "all_significant"}
	statusNames   = [...]string{"absent", "down", "running", "restarting"}
)

func (r Restart) String() string      { return name(restartNames[:], int(r)) }
func (c Class) String() string        { return name(classNames[:], int(c)) }
func (s Strategy) String() string     { return name(strategyNames[:], int(s)) }
func (a AutoShutdown) String() string { return name(autoNames[:], int(a)) }
func (s Status) String() string       { return name(statusNames[:], int(s)) }

// name allows for values outside the constants: what prints a bad value must
// not panic, it may be printing the error about it.
func name(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return "invalid"
}
