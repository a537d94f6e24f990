package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

func Example() {
	main()
	// Output:
	// 101 <nil>
	// 0 call to counter with main.Add: panic: counters only go up
	// 101 <nil>
}

// The README shows this very program, and its test.
func TestReadmeShowsThisProgram(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	_, want, _ := strings.Cut(string(program), "\n") // without the doc comment
	shown := regexp.MustCompile("(?s)```go\n(package main.*?)```").FindSubmatch(readme)
	if shown == nil || string(shown[1]) != want {
		t.Errorf("the program in the README differs from examples/counter/main.go")
	}
	test, err := os.ReadFile("counter_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, want, _ = strings.Cut(string(test), "\nfunc ")
	if !strings.Contains(string(readme), "```go\nfunc "+want+"```") {
		t.Errorf("the test in the README differs from examples/counter/counter_test.go")
	}
}
