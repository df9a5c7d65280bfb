package broker

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestStoreStaysOnItsThread looks at the source of the store and of the system
// calls that it makes: what a goroutine of its own did there would be done as
// root.
func TestStoreStaysOnItsThread(t *testing.T) {
	elsewhere := []string{"Go", "AfterFunc", "AllThreadsSyscall", "AllThreadsSyscall6"}
	seen := 0
	for _, dir := range []string{"../../vfs/osfs", "../../vfs"} {
		files, err := filepath.Glob(dir + "/*.go")
		must(t, err)
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			seen++
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
			must(t, err)
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.GoStmt:
					t.Errorf("%v: a goroutine runs on another thread, and so as another user", set.Position(n.Pos()))
				case *ast.SelectorExpr:
					if slices.Contains(elsewhere, n.Sel.Name) {
						t.Errorf("%v: %s runs on other threads, and so as other users", set.Position(n.Pos()), n.Sel.Name)
					}
				}
				return true
			})
		}
	}
	if seen < 20 {
		t.Errorf("only %d files were found", seen)
	}
}
