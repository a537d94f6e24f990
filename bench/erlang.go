package main

import (
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

//go:embed erlang/*.erl
var erlangSources embed.FS

const erlangMode = "gen_server, supervisor and its simple_one_for_one, supervised, the client a process; logger at level none"

// erlangSubject is Erlang's own behaviours. compileErlang makes it ready.
func erlangSubject() subject {
	return subject{name: "Erlang/OTP", mode: erlangMode, absent: "not compiled"}
}

// compileErlang compiles the modules into a folder, and says what the subject
// is then.
func compileErlang(folder string) (subject, error) {
	s := erlangSubject()
	if _, err := exec.LookPath("erlc"); err != nil {
		s.absent = "erl and erlc are not there. Debian and Ubuntu: apt-get install erlang-base; macOS: brew install erlang; else see erlang.org/downloads"
		return s, nil
	}
	files, err := erlangSources.ReadDir("erlang")
	if err != nil {
		return s, err
	}
	for _, f := range files {
		source, err := erlangSources.ReadFile("erlang/" + f.Name())
		if err != nil {
			return s, err
		}
		path := filepath.Join(folder, f.Name())
		if err := os.WriteFile(path, source, 0o600); err != nil {
			return s, err
		}
		if out, err := exec.Command("erlc", "-o", folder, path).CombinedOutput(); err != nil {
			return s, fmt.Errorf("erlc %s: %w: %s", f.Name(), err, out)
		}
	}
	s.absent = ""
	s.outside = func(w workload, cpus int) *exec.Cmd {
		return exec.Command("erl", "+S", fmt.Sprintf("%d:%d", cpus, cpus),
			"+P", "4194304", // the default allows for 262,144 processes
			"-noshell", "-noinput", "-pa", folder, "-run", "bench", "main", w.name,
			strconv.Itoa(w.times), strconv.Itoa(w.scene.others), strconv.Itoa(w.scene.groups), strconv.Itoa(w.scene.size))
	}
	return s, nil
}

// erlangRelease names the release, or returns "" if there is none.
func erlangRelease() string {
	out, err := exec.Command("erl", "-noshell", "-noinput", "-eval",
		`io:format("~s, erts ~s, ~s", [erlang:system_info(otp_release), erlang:system_info(version), erlang:system_info(emu_flavor)]), halt().`).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
