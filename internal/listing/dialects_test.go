package listing

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the files of testdata/listings that are wanted, to be read by a human")

// TestListings reads the listings of testdata as a client does. What stands in the
// file of the same name with .want is one line for each entry.
func TestListings(t *testing.T) {
	files, err := filepath.Glob("testdata/listings/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d listings, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			for e, err := range Read(bytes.NewReader(text), now, time.FixedZone("", 2*3600)) {
				if err != nil {
					fmt.Fprintln(&got, err)
					continue
				}
				describe(&got, &e)
			}
			wanted := strings.TrimSuffix(file, ".txt") + ".want"
			if *update {
				if err := os.WriteFile(wanted, got.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(wanted)
			if err != nil {
				t.Fatal(err)
			}
			gotLines, wantLines := strings.Split(got.String(), "\n"), strings.Split(strings.ReplaceAll(string(want), "\r\n", "\n"), "\n")
			for i := range max(len(gotLines), len(wantLines)) {
				if g, w := lineAt(gotLines, i), lineAt(wantLines, i); g != w {
					t.Errorf("entry %d:\n got %s\nwant %s", i+1, g, w)
				}
			}
		})
	}
}

func lineAt(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "nothing"
}

// describe writes an entry as one line: what is unknown is left out.
func describe(b *bytes.Buffer, e *Entry) {
	fmt.Fprintf(b, "%s %d", e.Mode, e.Size)
	if e.Rough != 0 {
		fmt.Fprintf(b, "~%d", e.Rough)
	}
	if !e.ModTime.IsZero() {
		layout := "2006-01-02T15:04:05.999999999Z"
		if e.Precision == 24*time.Hour {
			layout = "2006-01-02"
		}
		at := e.ModTime.UTC()
		if e.Precision == 24*time.Hour {
			at = e.ModTime
		}
		fmt.Fprintf(b, " %s/%s", at.Format(layout), e.Precision)
	}
	for _, pair := range [...]struct{ key, value string }{{"owner", e.Owner}, {"group", e.Group}, {"id", e.ID}} {
		if pair.value != "" {
			fmt.Fprintf(b, " %s=%q", pair.key, pair.value)
		}
	}
	if e.UID != 0 || e.GID != 0 {
		fmt.Fprintf(b, " %d:%d", e.UID, e.GID)
	}
	if e.Nlink != 0 {
		fmt.Fprintf(b, " links=%d", e.Nlink)
	}
	fmt.Fprintf(b, " %q", e.Name)
	if e.Target != "" {
		fmt.Fprintf(b, " -> %q", e.Target)
	}
	if e.Mode&fs.ModeType == fs.ModeIrregular {
		b.WriteString(" irregular")
	}
	b.WriteByte('\n')
}

// listings are the texts of testdata.
func listings(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob("testdata/listings/*.txt")
	if err != nil || len(files) == 0 {
		tb.Fatalf("%d listings, %v", len(files), err)
	}
	texts := make([]string, len(files))
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		texts[i] = string(text)
	}
	return texts
}
