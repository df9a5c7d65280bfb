package ferry_test

import (
	"bytes"
	"go/ast"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestBadInputsAreTested keeps docs/bad-inputs.md and the tests together: each
// class has a test of its own, and no such test is missing in the table.
func TestBadInputsAreTested(t *testing.T) {
	text, err := os.ReadFile("docs/bad-inputs.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := make(map[string]string) // name -> where
	for _, f := range goFiles(t) {
		for _, decl := range f.syntax.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && f.test && fn.Recv == nil {
				tests[fn.Name.Name] = f.at(fn.Name)
			}
		}
	}
	named := make(map[string]bool)
	classes := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || !strings.Contains(cells[3], "`") {
			continue
		}
		classes++
		own := false
		for _, m := range regexp.MustCompile("`([A-Za-z]+)`").FindAllStringSubmatch(cells[3], -1) {
			own = own || strings.HasPrefix(m[1], "TestBadInput")
			named[m[1]] = true
			if tests[m[1]] == "" {
				t.Errorf("docs/bad-inputs.md names %s, which is no test", m[1])
			}
		}
		if !own {
			t.Errorf("docs/bad-inputs.md: the class%shas no test of its own", cells[1])
		}
	}
	if classes < 17 {
		t.Errorf("docs/bad-inputs.md has only %d classes", classes)
	}
	for name, at := range tests {
		if strings.HasPrefix(name, "TestBadInput") && name != "TestBadInputsAreTested" && !named[name] {
			t.Errorf("%s: %s is not in docs/bad-inputs.md", at, name)
		}
	}
}

// Who builds the program from the same source gets the same bytes, wherever the
// source lies; and what it is built from is what go.sum says (CVE-2011-2523 was a
// tarball that somebody had changed).
func TestBadInputSupplyChain(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program twice")
	}
	command := func(dir, name string, args ...string) {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}
	}
	command(".", "go", "mod", "verify")
	elsewhere := filepath.Join(t.TempDir(), "a", "longer", "name")
	if err := os.MkdirAll(elsewhere, 0o755); err != nil {
		t.Fatal(err)
	}
	copyInto(t, elsewhere, "go.mod")
	copyInto(t, elsewhere, "go.sum")
	rooms := make(map[string]bool)
	for _, f := range goFiles(t) {
		if !f.test {
			rooms[f.room] = true
			copyInto(t, elsewhere, f.name)
		}
	}
	// What is embedded lies in rooms too, and is no Go.
	for room := range rooms {
		for _, pattern := range []string{"*", "*/*"} {
			found, err := filepath.Glob(filepath.Join(filepath.FromSlash(room), pattern))
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range found {
				if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() && !strings.HasSuffix(name, ".go") {
					copyInto(t, elsewhere, name)
				}
			}
		}
	}
	out := t.TempDir()
	var builds [2][]byte
	for i, dir := range []string{".", elsewhere} {
		program := filepath.Join(out, string(rune('a'+i)))
		command(dir, "go", "build", "-trimpath", "-buildvcs=false", "-o", program, "./cmd/ferry")
		var err error
		if builds[i], err = os.ReadFile(program); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(builds[0], builds[1]) {
		t.Error("the program differs by where its source lies")
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{here, elsewhere} {
		if bytes.Contains(builds[0], []byte(dir)) {
			t.Errorf("the program has the directory %s in it", dir)
		}
	}
}

// copyInto copies a file of the project to the same place below another
// directory.
func copyInto(t *testing.T, dir, name string) {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content, 0o644); err != nil {
		t.Fatal(err)
	}
}
