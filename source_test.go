package ferry_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// module is the module's path, the beginning of our own import paths.
const module = "ferry"

// A goFile is one Go file of the project, parsed, whatever its build tags say:
// the rules hold on every system.
type goFile struct {
	// name is the file's slash-separated pathname below the module's root.
	name string
	// room is the folder that it is in: the import path less the module's.
	// It is "." for the root.
	room string
	test bool
	// lines counts the lines of the file.
	lines  int
	syntax *ast.File
	fset   *token.FileSet
}

// imports lists the import paths of the file.
func (f *goFile) imports() []string {
	var paths []string
	for _, spec := range f.syntax.Imports {
		paths = append(paths, strings.Trim(spec.Path.Value, "`\""))
	}
	return paths
}

// at says where in the project a piece of the file is: "ftp/code.go:12".
func (f *goFile) at(node ast.Node) string {
	position := f.fset.Position(node.Pos())
	position.Filename = f.name
	position.Column = 0
	return position.String()
}

// source parses all Go files of the module once. Folders that the go command
// leaves out (testdata, names that begin with "." or "_") and those with a go.mod
// of their own are no part of it.
var source = sync.OnceValues(func() ([]*goFile, error) {
	var files []*goFile
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := entry.Name()
		if entry.IsDir() {
			if name == "." {
				return nil
			}
			if base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
				return fs.SkipDir
			}
			if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(base, ".go") || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		syntax, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		files = append(files, &goFile{
			name:   name,
			room:   path.Dir(name),
			test:   strings.HasSuffix(base, "_test.go"),
			lines:  strings.Count(string(text), "\n"),
			syntax: syntax,
			fset:   fset,
		})
		return nil
	})
	return files, err
})

// goFiles gives a test the files of the project.
func goFiles(t *testing.T) []*goFile {
	t.Helper()
	files, err := source()
	if err != nil {
		t.Fatalf("reading the project's source: %v", err)
	}
	if !slices.ContainsFunc(files, func(f *goFile) bool { return f.room == "ftp" }) {
		t.Fatal("the project's source has no package ftp: these tests run in the module's root")
	}
	return files
}
