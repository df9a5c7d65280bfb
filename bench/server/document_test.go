package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestInsertReport(t *testing.T) {
	for _, c := range []struct{ name, before, after string }{
		{"empty", "# A\n\n" + beginMark + endMark + "\n## B\n", "# A\n\n" + beginMark + "\nnew\n" + endMark + "\n## B\n"},
		{"full", beginMark + "old\nold\n" + endMark, beginMark + "\nnew\n" + endMark},
		{"no begin", "# A\n" + endMark, ""},
		{"no end", "# A\n" + beginMark, ""},
		{"wrong order", endMark + beginMark, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "doc.md")
			if err := os.WriteFile(file, []byte(c.before), 0o600); err != nil {
				t.Fatal(err)
			}
			err := insertReport(file, "new\n")
			text, readErr := os.ReadFile(file)
			if readErr != nil {
				t.Fatal(readErr)
			}
			want := c.after
			if want == "" {
				want = c.before // it is left as it was
			}
			if (err == nil) != (c.after != "") || string(text) != want {
				t.Errorf("%v, the document is\n%s", err, text)
			}
		})
	}
}

// TestTheDocumentHasMarks finds a document that a whole run could not be put into.
func TestTheDocumentHasMarks(t *testing.T) {
	if _, _, err := cutReport(filepath.Join("..", "..", "docs", "benchmarks.md")); err != nil {
		t.Error(err)
	}
}
