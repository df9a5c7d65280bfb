package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/internal/config"
)

// TestConfigurationPage compares docs/configuration.md with the table that it is
// made from.
func TestConfigurationPage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "configuration.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(page, config.Markdown()) {
		t.Error("docs/configuration.md is not what the table says: run make gen")
	}
}

func TestOptionTable(t *testing.T) {
	options := config.Options()
	for _, width := range []int{60, 80, 132, 200} {
		widest := 0
		for line := range strings.Lines(string(optionTable(options, width))) {
			widest = max(widest, len(strings.TrimSuffix(line, "\n")))
		}
		// A narrow terminal leaves the last column its least width.
		if limit := max(width, 27+26+11+minMeaning); widest > limit {
			t.Errorf("width %d: a line has %d columns", width, widest)
		}
	}
	lines := strings.Count(string(optionTable(options, 0)), "\n")
	if lines != len(options)+1 {
		t.Errorf("without a terminal there are %d lines for %d options", lines, len(options))
	}
}

func TestOptionsJSON(t *testing.T) {
	text, err := optionsJSON(config.Options())
	if err != nil {
		t.Fatal(err)
	}
	var list []jsonOption
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	for i, o := range config.Options() {
		if list[i].Name != o.Name || list[i].Default != o.Default || list[i].Support != o.Support.String() {
			t.Errorf("option %s came out as %+v", o.Name, list[i])
		}
	}
}

func TestWrap(t *testing.T) {
	tests := []struct {
		text  string
		width int
		want  string
	}{
		{"", 10, ""},
		{"one two three", 7, "one two|three"},
		{"one two three", 6, "one|two|three"},
		{"incomprehensible word", 5, "incomprehensible|word"},
		{"one two", 100, "one two"},
	}
	for _, test := range tests {
		if got := strings.Join(wrap(test.text, test.width), "|"); got != test.want {
			t.Errorf("wrap(%q, %d) = %q, want %q", test.text, test.width, got, test.want)
		}
	}
}

// TestShareSettings makes sure that the settings of a share are ones that config
// finds nothing wrong with.
func TestShareSettings(t *testing.T) {
	cfg, err := config.Parse(config.Source{Name: shareSource, Text: []byte(shareSettings)})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cfg.Warnings {
		t.Error(c)
	}
	for _, a := range append(cfg.NoEffect(), cfg.Refused()...) {
		t.Errorf("%s has no effect", place(a))
	}
	if cfg.Settings.DotFiles || cfg.Settings.WriteEnable || cfg.Settings.AnonWorldReadableOnly {
		t.Errorf("a share hides dot-files, is read-only and serves what can be read: %+v", cfg.Settings)
	}
}
