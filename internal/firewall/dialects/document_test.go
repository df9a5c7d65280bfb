package dialects_test

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"ferry/internal/firewall/dialects"
	"ferry/internal/firewall/firewalltest"
)

var update = flag.Lookup("update") // of firewalltest

// TestDocument keeps the rules in docs/firewalls.md what ferry rules writes. Run it
// with -update to write them anew.
func TestDocument(t *testing.T) {
	const file = "../../../docs/firewalls.md"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)<!-- rules --format ([a-z0-9-]+) (.*?) -->\n```\n(.*?)```\n")
	count := 0
	got := block.ReplaceAllStringFunc(string(text), func(old string) string {
		count++
		parts := block.FindStringSubmatch(old)
		d, err := dialects.Find(parts[1])
		if err != nil {
			t.Fatal(err)
		}
		rules, _, _, err := d.Write(firewalltest.Case{Name: parts[2], Args: parts[2]}.Facts(t))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Replace(old, "```\n"+parts[3]+"```\n", "```\n"+rules+"```\n", 1)
	})
	if count < 6 {
		t.Errorf("%d texts of rules are in %s", count, file)
	}
	if update.Value.String() == "true" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if got != string(text) {
		t.Errorf("%s is not what is written now (go test -update)", file)
	}
}

// TestAll has each name once, and finds it.
func TestAll(t *testing.T) {
	seen := make(map[string]bool)
	for _, d := range dialects.All {
		if seen[d.Name] || d.Render == nil || d.Comment == "" || len(d.Places) == 0 || len(d.Trackings) == 0 {
			t.Errorf("%s is there twice, or not whole", d.Name)
		}
		seen[d.Name] = true
		if found, err := dialects.Find(d.Name); err != nil || found != d {
			t.Error(err)
		}
	}
	if _, err := dialects.Find("morse"); err == nil || !strings.Contains(err.Error(), "nftables") {
		t.Error(err)
	}
}
