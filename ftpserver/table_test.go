package ftpserver

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/commands.md anew")

// docs/commands.md says what the command table says.
func TestCommandsDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Commands\n\n" +
		"What the server understands. \"Before login\" says whether a command is answered before USER and PASS; \"permission\" what a\n" +
		"user must be allowed. Generated from `ftpserver/table.go` by `make gen`.\n\n" +
		"| command | defined in | before login | permission | FEAT | answered during a transfer |\n|---|---|---|---|---|---|\n")
	for _, verb := range slices.Sorted(maps.Keys(commands)) {
		c := commands[verb]
		if c.isParent() {
			continue
		}
		rfc := c.rfc
		if rfc != "" && rfc[0] >= '0' && rfc[0] <= '9' {
			rfc = "RFC " + rfc
		}
		perm := ""
		if c.perm != 0 {
			perm = strings.ReplaceAll(c.perm.String(), ",", " or ")
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n",
			strings.ReplaceAll(c.help, "|", "\\|"), rfc, yes(c.in&stateNew != 0), perm, c.feat, yes(c.busy))
	}
	const name = "../docs/commands.md"
	if *update {
		if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != b.String() {
		t.Errorf("%s is not what the table says; run make gen", name)
	}
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

// Each row of the table is whole: one handler, a state, a syntax that begins with
// the verb.
func TestCommandTable(t *testing.T) {
	for verb, c := range commands {
		if c.run != nil && c.plan != nil {
			t.Errorf("%s has two handlers", verb)
		}
		if c.in == 0 {
			t.Errorf("%s may never come", verb)
		}
		if !strings.HasPrefix(c.help, string(verb)) {
			t.Errorf("%s: help %q", verb, c.help)
		}
		if c.rfc == "" && !strings.HasPrefix(string(verb), "SITE ") {
			t.Errorf("%s is defined nowhere", verb)
		}
		if c.arg == argRequired && !strings.Contains(c.help, " ") {
			t.Errorf("%s needs an argument that its help does not show", verb)
		}
	}
}
