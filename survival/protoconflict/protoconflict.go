// Package protoconflict lets two libraries be in one program that register
// protocol buffers under the same name, as hollywood and protoactor do with
// their PID. Nothing here sends one over a wire.
//
// It works by the order in which packages are initialized: by their paths, as
// soon as all that they import is there. This one imports os only, so it comes
// before google.golang.org/protobuf, which imports more and whose path is
// greater.
package protoconflict

import "os"

func init() {
	// See https://protobuf.dev/reference/go/faq#namespace-conflict.
	_ = os.Setenv("GOLANG_PROTOBUF_REGISTRATION_CONFLICT", "ignore")
}
