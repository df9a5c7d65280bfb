package ftp

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/causes.md anew")

// docs/causes.md says what Causes says.
func TestCausesDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Causes\n\n" +
		"When a data connection or a session fails, the reply to the client, the line in the log and the metric carry the same\n" +
		"word. The words are stable: a script may look for them. Generated from `ftp/cause.go` by `make gen`.\n\n" +
		"| cause | what happened | what to do |\n|---|---|---|\n")
	for _, c := range Causes() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", c.Cause, c.Meaning, c.Advice)
	}
	const name = "../docs/causes.md"
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

// Every cause is a word of its own, in kebab-case, and explained.
func TestCauses(t *testing.T) {
	kebab := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	seen := make(map[Cause]bool)
	for _, c := range Causes() {
		if !kebab.MatchString(string(c.Cause)) || seen[c.Cause] || c.Meaning == "" || c.Advice == "" {
			t.Errorf("%+v", c)
		}
		seen[c.Cause] = true
	}
	source, err := os.ReadFile("cause.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`Cause = "([^"]+)"`).FindAllSubmatch(source, -1) {
		if !seen[Cause(m[1])] {
			t.Errorf("%s is not explained", m[1])
		}
	}
}
