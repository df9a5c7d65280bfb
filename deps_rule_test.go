package ferry_test

import (
	"go/parser"
	"go/token"
	"path"
	"strings"
	"testing"
)

// TestForbidden shows that the rules of the import graph bite: each row is a file
// with one import, and what is said about it.
func TestForbidden(t *testing.T) {
	const table = `
floor 1
	ground ->
	sys -> golang.org/x/sys
floor 2
	upper -> ground
	         sys
floor test
	support -> upper
`
	rules, err := parseRooms(table)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		file, imports string
		want          string // part of the complaint; "" means allowed
	}{
		{"ground/a.go", "io/fs", ""},
		{"ground/a.go", "ferry/upper", "ground may not import ferry/upper"},
		{"ground/a.go", "golang.org/x/sys/unix", "ground may not import golang.org/x/sys/unix"},
		{"ground/a.go", "testing", "for tests"},
		{"ground/a.go", "testing/synctest", "for tests"},
		{"ground/a_test.go", "testing/synctest", ""},
		{"ground/a_test.go", "ferry/support", ""},
		{"ground/a_test.go", "github.com/google/go-cmp/cmp", ""},
		{"ground/a_test.go", "github.com/stretchr/testify/assert", "does not list"},
		{"sys/a.go", "golang.org/x/sys/unix", ""},
		{"sys/a.go", "golang.org/x/system", "may not import"},
		{"sys/a_test.go", "golang.org/x/sys/unix", ""},
		{"upper/a.go", "ferry/ground", ""},
		{"upper/a.go", "ferry/sys", ""},
		{"upper/a.go", "ferry/support", "may not import"},
		{"upper/a.go", "ferry/ground/cellar", "may not import"},
		{"support/a.go", "testing", ""},
		{"support/a.go", "ferry/upper", ""},
		{"attic/a.go", "io", "not in the table"},
		{"attic/a_test.go", "ferry/upper", ""},
	}
	for _, test := range tests {
		t.Run(test.file+" "+test.imports, func(t *testing.T) {
			fset := token.NewFileSet()
			syntax, err := parser.ParseFile(fset, test.file, "package p\nimport \""+test.imports+"\"\n", parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			file := &goFile{name: test.file, room: path.Dir(test.file), test: strings.HasSuffix(test.file, "_test.go"), syntax: syntax, fset: fset}
			got := strings.Join(forbidden(rules, []*goFile{file}), "\n")
			if test.want == "" && got != "" || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestParseRoomsErrors(t *testing.T) {
	for _, text := range []string{
		"floor 1\n a ->\n a ->\n",
		"floor x\n a ->\n",
		"floor 1\n b c\n",
	} {
		if _, err := parseRooms(text); err == nil {
			t.Errorf("parseRooms(%q): no error", text)
		}
	}
}
