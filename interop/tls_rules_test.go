package interop_test

import (
	"crypto/tls"
	"slices"
	"strings"
	"testing"

	"ferry/ftp"
)

// The matrix's own rules bite: what the log says is found, and told apart.
func TestTransfersIn(t *testing.T) {
	log := `{"msg":"login","session":1}
{"msg":"upload","session":1,"verb":"STOR","path":"/incoming/a/x","reply":226}
{"msg":"upload","session":2,"verb":"STOR","path":"/incoming/ab/x","reply":226}
{"msg":"listing failed","session":1,"verb":"NLST","path":"/incoming/a","reply":522,"cause":"tls-session-not-resumed"}
{"msg":"mkdir","session":1,"path":"/incoming/a/y"}
no line of the log
`
	lines, over := transfersIn(log, "incoming/a")
	if over {
		t.Error("session 1 is said to be over")
	}
	if len(lines) != 2 || lines[0].notResumed() || !lines[1].notResumed() {
		t.Errorf("found %+v", lines)
	}
	if _, over := transfersIn(log+`{"msg":"session end","session":1}`, "incoming/a"); !over {
		t.Error("session 1 is not said to be over")
	}
}

func TestCheckLines(t *testing.T) {
	stored := logLine{Session: 1, Verb: "STOR", Reply: 226}
	for _, tt := range []struct {
		name  string
		lines []logLine
		many  bool
		want  string // part of the error
	}{
		{"one session", []logLine{stored, stored}, false, ""},
		{"a second session", []logLine{stored, {Session: 2, Verb: "STOR", Reply: 226}}, false, "session 2"},
		{"a session each", []logLine{stored, {Session: 2, Verb: "STOR", Reply: 226}}, true, ""},
		{"an aborted transfer", []logLine{stored, {Session: 1, Verb: "STOR", Reply: 426, Cause: ftp.CauseDataReset}}, true, "426"},
	} {
		t.Run(tt.name, func(t *testing.T) { wantError(t, checkLines(tt.lines, tt.many), tt.want) })
	}
}

func TestExceptions(t *testing.T) {
	stored := logLine{Session: 1, Verb: "STOR", Reply: 226}
	refused := logLine{Session: 1, Verb: "STOR", Reply: 522, Cause: ftp.CauseTLSNotResumed}
	refusedList := logLine{Session: 1, Verb: "NLST", Reply: 522, Cause: ftp.CauseTLSNotResumed}
	aborted := logLine{Session: 1, Verb: "STOR", Reply: 426, Cause: ftp.CauseTLSTruncated}
	never, once := neverResumes("never"), onceEach("once")
	for _, tt := range []struct {
		name   string
		rule   *exception
		lines  []logLine
		stored []int
		want   string // part of the error
	}{
		{"never resumes", never, []logLine{refusedList, refused}, nil, ""},
		{"resumes now", never, []logLine{stored}, []int{1}, "0 transfers were refused"},
		{"resumes at times", never, []logLine{refused, stored}, []int{2}, "1 were not"},
		{"once", once, []logLine{stored, refused}, []int{1}, ""},
		{"always now", once, []logLine{stored, stored}, []int{1, 2}, "0 transfers were refused"},
		{"not even once", once, []logLine{refused}, nil, "no second upload"},
		{"not the listing", once, []logLine{stored, refusedList}, []int{1}, "no second upload"},
		{"another failure", once, []logLine{stored, refused, aborted}, []int{1}, "426"},
	} {
		t.Run(tt.name, func(t *testing.T) { wantError(t, tt.rule.check(tt.lines, tt.stored), tt.want) })
	}
}

func TestCheckProt(t *testing.T) {
	private, notPrivate := way{}, way{clear: true}
	wantError(t, checkProt("> PBSZ 0\n> PROT P\n", private), "")
	wantError(t, checkProt("> PROT P\n> PROT C\n", private), "PROT C")
	wantError(t, checkProt("", private), "PROT C")
	wantError(t, checkProt("", notPrivate), "")
}

func TestWays(t *testing.T) {
	var names []string
	for _, w := range ways() {
		names = append(names, w.String())
	}
	slices.Sort(names)
	if n := len(slices.Compact(names)); n != 12 {
		t.Errorf("%d ways, want 12: %q", n, names)
	}
	if got := (way{implicit: true, version: tls.VersionTLS12, reuse: true}).String(); got != "implicit 1.2 reuse P" {
		t.Errorf("a way is called %q", got)
	}
}

// wantError wants an error that says it; none if that is empty.
func wantError(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("error %v, want none", err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("error %v, want %q", err, want)
	}
}
