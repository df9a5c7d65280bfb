package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"ferry/internal/remote"
)

// completing is a client that completes, in a home of its own.
func completing(t *testing.T) *client {
	t.Helper()
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "AppData", "USERPROFILE"} {
		t.Setenv(name, t.TempDir())
	}
	return &client{program: &program{stdout: io.Discard, stderr: io.Discard}, flags: clientFlags{timeout: time.Minute}}
}

// TestCompleteURL completes names of a server with strange ones, and leaves no
// connection behind.
func TestCompleteURL(t *testing.T) {
	s := &listServer{feat: mlst, list: func(_, arg string, w io.Writer) bool {
		switch strings.TrimSuffix(arg, "/") {
		case "":
			fmt.Fprint(w, "type=dir; pub\r\ntype=file; public\r\ntype=file; put\x1b[2J\r\ntype=file; ../pub\r\ntype=file; .pub\r\ntype=file; p;type=a\r\n")
		case "many":
			for i := range 3 * maxCompletions {
				fmt.Fprintf(w, "type=file; %d\r\n", i)
			}
		case "raw":
			fmt.Fprint(w, "type=file; \xe9t\xe9\r\n")
		default:
			return false
		}
		return true
	}}
	s.start(t)
	tests := []struct {
		word, want string // what comes behind the server
		dirs       bool
	}{
		{"/pu", "/pub/ /public", false},
		{"/pu", "/pub/", true},
		{"/", "/p%3Btype=a /pub/ /public", false},
		{"/.", "/.pub", false},
		{"/%70u", "/%70ub/ /%70ublic", false},
		{"/x", "", false},
		{"/none/", "", false},
		{"/#", "", false},
		{"/raw/é", "/raw/été", false},
	}
	c := completing(t)
	for _, test := range tests {
		var got []string
		for _, url := range c.completeURL(t.Context(), s.addr+test.word, test.dirs) {
			got = append(got, strings.TrimPrefix(url, s.addr))
			if _, err := remote.Parse(url); err != nil {
				t.Errorf("%s: %q is no URL: %v", test.word, url, err)
			}
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: got %q, want %q", test.word, got, test.want)
		}
	}
	if n := len(c.completeURL(t.Context(), s.addr+"/many/", false)); n != maxCompletions {
		t.Errorf("%d names, want %d", n, maxCompletions)
	}
	commands, open := s.sent()
	if quits := len(slices.DeleteFunc(commands, func(c string) bool { return c != "QUIT" })); quits == 0 || open > 1 {
		t.Errorf("%d connections are open, and %d were ended", open, quits)
	}
}

// TestCompleteStalls asks servers that stop to answer.
func TestCompleteStalls(t *testing.T) {
	for _, verb := range []string{"USER", "FEAT", "EPSV", "MLSD", "QUIT"} {
		t.Run(verb, func(t *testing.T) {
			s := &listServer{feat: mlst, stall: verb, list: func(_, _ string, w io.Writer) bool {
				fmt.Fprint(w, "type=dir; pub\r\n")
				return true
			}}
			s.start(t)
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			began := time.Now()
			names := completing(t).completeURL(ctx, s.addr+"/", false)
			if took := time.Since(began); took > completionPatience {
				t.Errorf("it took %v", took)
			}
			if verb == "QUIT" && len(names) != 1 || verb != "QUIT" && names != nil {
				t.Errorf("got %q", names)
			}
		})
	}
}

// TestEncodeName reads back what it writes, and lets nothing through that a shell
// takes for something else.
func TestEncodeName(t *testing.T) {
	for r := rune(' '); r < 0x2100; r++ {
		if r == 0x7f {
			continue
		}
		name := "x" + string(r) + "y"
		encoded := encodeName(name)
		target, err := remote.Parse("host/" + encoded)
		if err != nil || target.Path != name && r != '/' {
			t.Errorf("%q is written %q and read %+v, %v", name, encoded, target, err)
		}
		if strings.ContainsAny(encoded, " \t\"'\\$`&|;<>()*?[]{}!#^") {
			t.Errorf("%q is written %q", name, encoded)
		}
	}
}

// TestCompletionOfEveryCommand finds no command whose arguments or flags complete to
// a list of local files by accident: each command of the client has offerCompletion.
func TestCompletionOfEveryCommand(t *testing.T) {
	root := newRoot(&program{stdout: io.Discard, stderr: io.Discard})
	for _, cmd := range root.Commands() {
		if cmd.Flags().Lookup("tls-max") != nil && cmd.ValidArgsFunction == nil {
			t.Errorf("%s completes no URL", cmd.Name())
		}
	}
	names, directive := completeModes(nil, nil, "epsv,pasv,")
	if want := []string{"epsv,pasv,pasv-announced", "epsv,pasv,eprt", "epsv,pasv,port"}; !slices.Equal(names, want) || directive&cobra.ShellCompDirectiveNoSpace == 0 {
		t.Errorf("modes: got %q, %v", names, directive)
	}
}
