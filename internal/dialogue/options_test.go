package dialogue_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	vsftpdconf "ferry/internal/config"
	"ferry/internal/dialogue"
	"ferry/internal/peers"
)

// TestOptionsAreCompared holds every option of vsftpd.conf(5) to a row of
// testdata/options.txt, and every row to what it says: that dialogue sets this option,
// and vsftpd plays it; that test starts the real vsftpd.
func TestOptionsAreCompared(t *testing.T) {
	const file = "testdata/options.txt"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rows := make(map[string]bool)
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		m := optionRow.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("%s: %q is no row", file, line)
			continue
		}
		name, mark, what := m[1], m[2], m[3]
		if rows[name] {
			t.Errorf("%s: %s has two rows", file, name)
		}
		rows[name] = true
		if o, ok := vsftpdconf.Lookup(name); !ok || o.Origin != "vsftpd" || o.AliasOf != "" {
			t.Errorf("%s: vsftpd has no option %s", file, name)
		}
		if mark == "!" {
			namedTests(t, name, what)
			continue
		}
		for item := range strings.SplitSeq(what, ", ") {
			compares(t, name, item)
		}
	}
	for _, o := range vsftpdconf.Options() {
		if o.Origin == "vsftpd" && o.AliasOf == "" && !rows[o.Name] {
			t.Errorf("%s has no row for %s: name the dialogue that compares it with vsftpd, or say why none can", file, o.Name)
		}
	}
}

var (
	// optionRow is "option: item, item" or "option! reason".
	optionRow = regexp.MustCompile(`^([a-z0-9_]+)([:!]) (.{20,}|\S+)$`)
	// testName is the name of a test in a reason.
	testName = regexp.MustCompile(`\bTest[A-Z]\w+`)
)

// compares checks an item of a row.
func compares(t *testing.T, option, item string) {
	t.Helper()
	source, test, isTest := strings.Cut(item, ":")
	switch {
	case isTest || strings.HasSuffix(item, ".go"):
		text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(source)))
		if err != nil {
			t.Errorf("%s: %v", option, err)
			return
		}
		if !strings.Contains(string(text), option) {
			t.Errorf("%s: %s does not set it", option, source)
		}
		if isTest && !strings.Contains(string(text), "func "+test+"(") {
			t.Errorf("%s: %s has no %s", option, source, test)
		}
	default:
		file := filepath.Join("testdata", filepath.FromSlash(item)+".txtar")
		s, err := dialogue.Load(file)
		if err != nil {
			t.Errorf("%s: %v", option, err)
			return
		}
		if !s.For(peers.NameVsftpd) {
			t.Errorf("%s: vsftpd does not play %s", option, file)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if s.DebianConf {
			packaged, err := os.ReadFile("../../.peers/root/etc/vsftpd.conf")
			if err != nil {
				return // the dialogue is not played either
			}
			text = packaged
		}
		// In a config: line, or in a file of a user's own.
		sets := regexp.MustCompile(`(?m)^(config: )?` + option + `=`)
		if !sets.Match(text) {
			t.Errorf("%s: %s does not set it", option, file)
		}
	}
}

// namedTests checks that the tests that a reason names exist.
func namedTests(t *testing.T, option, reason string) {
	t.Helper()
	for _, name := range testName.FindAllString(reason, -1) {
		found := false
		err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
			if err != nil || found {
				return err
			}
			if d.IsDir() && path != "../.." && strings.HasPrefix(d.Name(), ".") {
				return fs.SkipDir
			}
			if !strings.HasSuffix(path, "_test.go") {
				return nil
			}
			text, err := os.ReadFile(path)
			found = found || strings.Contains(string(text), "func "+name+"(")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if !found {
			t.Errorf("%s: there is no %s", option, name)
		}
	}
}
