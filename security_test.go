package ferry_test

import (
	"go/ast"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// securityPage says what is protected, and which test holds it.
const securityPage = "SECURITY.md"

// namedTest is a test as the page names it, one of its subtests among them.
var namedTest = regexp.MustCompile("`((?:Test|Fuzz)[A-Z][A-Za-z0-9]*)(?:/([a-z0-9-]+))?`")

// TestSecurityPageNamesTests makes sure that each test that the page names exists,
// and that each statement of its table names one.
func TestSecurityPageNamesTests(t *testing.T) {
	page, err := os.ReadFile(securityPage)
	if err != nil {
		t.Fatal(err)
	}
	tests := make(map[string][]*goFile) // the files that declare it
	for _, f := range goFiles(t) {
		for _, decl := range f.syntax.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && f.test && fn.Recv == nil {
				tests[fn.Name.Name] = append(tests[fn.Name.Name], f)
			}
		}
	}
	for _, m := range namedTest.FindAllStringSubmatch(string(page), -1) {
		name, sub := m[1], m[2]
		files := tests[name]
		if len(files) == 0 {
			t.Errorf("%s names %s, which does not exist", securityPage, name)
		}
		if sub != "" && len(files) > 0 && !files[0].says(sub) {
			t.Errorf("%s names %s/%s, which %s does not have", securityPage, name, sub, files[0].name)
		}
	}
	_, table, ok := strings.Cut(string(page), "\n## Statements and tests\n")
	if !ok {
		t.Fatalf("%s has no table of statements", securityPage)
	}
	rows := 0
	for line := range strings.Lines(table) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| statement ") {
			continue
		}
		rows++
		if !namedTest.MatchString(line) {
			t.Errorf("%s: no test holds this: %s", securityPage, line)
		}
	}
	if rows == 0 {
		t.Errorf("%s: the table of statements is empty", securityPage)
	}
}

// says reports whether a string stands in the file as a literal.
func (f *goFile) says(text string) (found bool) {
	ast.Inspect(f.syntax, func(node ast.Node) bool {
		if lit, ok := node.(*ast.BasicLit); ok {
			value, err := strconv.Unquote(lit.Value)
			found = found || err == nil && value == text
		}
		return !found
	})
	return found
}
