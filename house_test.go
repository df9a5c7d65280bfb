package ferry_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// longestFile is the number of lines past which a file that is no test holds more
// than one concept.
const longestFile = 500

// TestFilesAreShort keeps files to one concept each.
func TestFilesAreShort(t *testing.T) {
	for _, f := range goFiles(t) {
		if !f.test && !ast.IsGenerated(f.syntax) && f.lines > longestFile {
			t.Errorf("%s has %d lines, the limit is %d: one concept per file", f.name, f.lines, longestFile)
		}
	}
}

// TestPackagesAreDocumented asks each package for a doc.go that says in some
// lines what the package does, what it does not, and who calls it. A command says
// so in main.go.
func TestPackagesAreDocumented(t *testing.T) {
	files := goFiles(t)
	packages := make(map[string]string) // room -> package name
	docs := make(map[string][]*goFile)
	for _, f := range files {
		if f.test {
			continue
		}
		packages[f.room] = f.syntax.Name.Name
		if f.syntax.Doc != nil {
			docs[f.room] = append(docs[f.room], f)
		}
	}
	for room, name := range packages {
		if len(docs[room]) != 1 {
			t.Errorf("%s: %d files have a package comment, one should", room, len(docs[room]))
			continue
		}
		f := docs[room][0]
		begin, file := "Package "+name+" ", "doc.go"
		if name == "main" {
			begin, file = "Ferry ", "main.go"
		}
		if path.Base(f.name) != file {
			t.Errorf("%s: the package comment belongs in %s", f.name, file)
		}
		text := f.syntax.Doc.Text()
		if !strings.HasPrefix(text, begin) {
			t.Errorf("%s: the package comment begins with %q", f.name, begin)
		}
		if lines := strings.Count(text, "\n"); name != "main" && (lines < 4 || lines > 40) {
			t.Errorf("%s: the package comment has %d lines; 5 to 15 tell what, what not and who calls it (40 for one that defines a format)", f.name, lines)
		}
	}
}

// drawers are names that say nothing of what is inside.
var drawers = regexp.MustCompile(`(?i)^(utils?|helpers?|common|misc|managers?|shared|stuff)$|(Util|Utils|Helper|Helpers|Manager)$`)

// TestNamesSayWhatIsInside refuses files, packages, types and functions with a
// drawer's name.
func TestNamesSayWhatIsInside(t *testing.T) {
	for _, f := range goFiles(t) {
		for part := range strings.SplitSeq(strings.TrimSuffix(f.name, ".go"), "/") {
			for word := range strings.SplitSeq(part, "_") {
				if drawers.MatchString(word) {
					t.Errorf("%s: %q says nothing of what is inside", f.name, word)
				}
			}
		}
		for _, decl := range f.syntax.Decls {
			for _, name := range declared(decl) {
				if drawers.MatchString(name.Name) {
					t.Errorf("%s: %q says nothing of what it is", f.at(name), name.Name)
				}
			}
		}
	}
}

// declared lists the names of the functions and types that a declaration makes.
func declared(decl ast.Decl) []*ast.Ident {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		return []*ast.Ident{decl.Name}
	case *ast.GenDecl:
		var names []*ast.Ident
		for _, spec := range decl.Specs {
			if spec, isType := spec.(*ast.TypeSpec); isType {
				names = append(names, spec.Name)
			}
		}
		return names
	}
	return nil
}

// TestTestsDoNotSleep refuses time.Sleep in tests and in what supports them: a test
// waits for the event. In a bubble of testing/synctest, where the clock is not
// real, it is the way to let time pass.
func TestTestsDoNotSleep(t *testing.T) {
	table, err := parseRooms(rooms)
	if err != nil {
		t.Fatal(err)
	}
	bubbles := make(map[string]map[string]bool) // by room
	for _, f := range goFiles(t) {
		if bubbles[f.room] == nil {
			bubbles[f.room] = make(map[string]bool)
		}
		addBubbles(bubbles[f.room], f.syntax)
	}
	for _, f := range goFiles(t) {
		if !f.test && table[f.room].floor != testFloor {
			continue
		}
		for _, call := range realSleeps(f.syntax, bubbles[f.room]) {
			t.Errorf("%s: time.Sleep in a test: wait for the event, or use testing/synctest", f.at(call))
		}
	}
}

// addBubbles adds the functions of a file that call synctest.Test: what is
// handed to them runs in a bubble too.
func addBubbles(bubbles map[string]bool, file *ast.File) {
	for _, decl := range file.Decls {
		f, isFunc := decl.(*ast.FuncDecl)
		if !isFunc || f.Recv != nil || strings.HasPrefix(f.Name.Name, "Test") {
			continue
		}
		ast.Inspect(f, func(node ast.Node) bool {
			if call, isCall := node.(*ast.CallExpr); isCall && selects(call.Fun, "synctest", "Test") {
				bubbles[f.Name.Name] = true
			}
			return true
		})
	}
}

// realSleeps finds the uses of time.Sleep that are not inside of a call of
// synctest.Test or of one of bubbles.
func realSleeps(file *ast.File, bubbles map[string]bool) []ast.Node {
	var found []ast.Node
	ast.Inspect(file, func(node ast.Node) bool {
		if call, isCall := node.(*ast.CallExpr); isCall {
			name, isName := call.Fun.(*ast.Ident)
			if selects(call.Fun, "synctest", "Test") || isName && bubbles[name.Name] {
				return false
			}
		}
		if expr, isExpr := node.(ast.Expr); isExpr && selects(expr, "time", "Sleep") {
			found = append(found, node)
		}
		return true
	})
	return found
}

func TestRealSleeps(t *testing.T) {
	tests := []struct {
		body string
		want int
	}{
		{"time.Sleep(1)", 1},
		{"wait := time.Sleep; wait(1)", 1},
		{"func() { time.Sleep(1) }(); time.Sleep(2)", 2},
		{"synctest.Test(t, func(t *testing.T) { time.Sleep(1) })", 0},
		{"synctest.Test(t, f); time.Sleep(1)", 1},
		{"<-time.After(1)", 0},
	}
	for _, test := range tests {
		text := "package p; func f() { " + test.body + " }"
		file, err := parser.ParseFile(token.NewFileSet(), "p.go", text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(realSleeps(file, nil)); got != test.want {
			t.Errorf("%s: %d sleeps found, want %d", test.body, got, test.want)
		}
	}
}

// selects says whether an expression is pkg.name.
func selects(expr ast.Expr, pkg, name string) bool {
	selector, ok := expr.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != name {
		return false
	}
	ident, ok := selector.X.(*ast.Ident)
	return ok && ident.Name == pkg
}

// TestFuzzTargetsHaveSeeds makes sure that a plain run of the tests tries each fuzz
// target on something: one without f.Add and without a corpus tests nothing.
func TestFuzzTargetsHaveSeeds(t *testing.T) {
	for _, f := range goFiles(t) {
		for _, decl := range f.syntax.Decls {
			target, ok := decl.(*ast.FuncDecl)
			if !ok || !f.test || target.Recv != nil || !strings.HasPrefix(target.Name.Name, "Fuzz") {
				continue
			}
			corpus := path.Join(f.room, "testdata", "fuzz", target.Name.Name)
			if _, err := os.Stat(corpus); err != nil && !callsAdd(target.Body) {
				t.Errorf("%s: %s has no seed: call f.Add", f.at(target), target.Name.Name)
			}
		}
	}
}

// callsAdd says whether a method Add is called somewhere in the body.
func callsAdd(body *ast.BlockStmt) bool {
	found := false
	ast.Inspect(body, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		found = found || ok && selector.Sel.Name == "Add"
		return !found
	})
	return found
}
