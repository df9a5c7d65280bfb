package config

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the expectations in testdata")

const ruler = "----\n"

// unescape puts the bytes that an editor would lose into the text of a test.
var unescape = strings.NewReplacer(
	"<CR>", "\r", "<TAB>", "\t", "<SP>", " ", "<VT>", "\v", "<FF>", "\f",
	"<NUL>", "\x00", "<ESC>", "\x1b", "<BAD>", "\xe9", "<BOM>", "\ufeff", "<EOF>\n", "",
)

// conftest is one file of testdata: a configuration, a rule, what comes of it.
type conftest struct {
	sources []Source
	input   string // as it stands in the file
	want    string
}

// readConftest reads a test. Its first line may name the command line, in which
// FILE stands for the text; otherwise anonymous_enable is set before the file.
func readConftest(t testing.TB, path string) conftest {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	input, want, found := strings.Cut(string(data), ruler)
	if !found {
		t.Fatalf("%s: no line of ----", path)
	}
	c := conftest{input: input, want: want}
	args, text := "-oanonymous_enable=YES FILE", input
	if rest, ok := strings.CutPrefix(input, "> "); ok {
		args, text, _ = strings.Cut(rest, "\n")
	}
	for _, arg := range strings.Fields(args) {
		switch arg {
		case "FILE":
			c.sources = append(c.sources, Source{Name: "vsftpd.conf", Text: []byte(unescape.Replace(text))})
		default:
			c.sources = append(c.sources, Source{Setting: true, Text: []byte(strings.TrimPrefix(arg, "-o"))})
		}
	}
	return c
}

// describe writes down all that comes of a configuration.
func describe(t *testing.T, c *Config, err error) string {
	t.Helper()
	var b strings.Builder
	if err != nil {
		b.WriteString(err.Error() + "\n")
	}
	for _, w := range c.Warnings {
		b.WriteString(w.Error() + "\n")
	}
	for _, a := range c.NoEffect() {
		b.WriteString("no effect: " + position(a) + ": " + a.Option.Name + "=" + a.Value + "\n")
	}
	for _, a := range c.Refused() {
		b.WriteString("refused: " + position(a) + ": " + a.Option.Name + "=" + a.Value + "\n")
	}
	if err := c.Validate(false); err != nil {
		b.WriteString("validate: " + err.Error() + "\n")
	}
	text, err := Format(c.Settings, true)
	if err != nil {
		t.Fatal(err)
	}
	b.WriteString("settings:\n" + escapeLines(string(text)))
	return b.String()
}

func position(a Assignment) string {
	return a.File + ":" + strconv.Itoa(a.Line) + ":" + strconv.Itoa(a.Column)
}

// escapeLines makes what does not print visible and keeps the ends of lines.
func escapeLines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(escape(strings.TrimSuffix(line, "\n"), 1000) + "\n")
	}
	return b.String()
}

// conftestPaths lists the tests of testdata.
func conftestPaths(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "*.conftest"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no tests: %v", err)
	}
	return paths
}

// allConftests reads the tests of testdata.
func allConftests(t testing.TB) []conftest {
	t.Helper()
	var all []conftest
	for _, path := range conftestPaths(t) {
		all = append(all, readConftest(t, path))
	}
	return all
}

// TestConftests compares every configuration of testdata with what is expected
// of it.
func TestConftests(t *testing.T) {
	for _, path := range conftestPaths(t) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".conftest"), func(t *testing.T) {
			test := readConftest(t, path)
			c, err := Parse(test.sources...)
			got := describe(t, c, err)
			if *update {
				if err := os.WriteFile(path, []byte(test.input+ruler+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != test.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, test.want)
			}
		})
	}
}
