package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOptions(t *testing.T) {
	dir := t.TempDir()
	ferry, marked, bare := filepath.Join(dir, "ferry"), filepath.Join(dir, "marked.md"), filepath.Join(dir, "bare.md")
	for file, text := range map[string]string{ferry: "", marked: beginMark + endMark, bare: "text\n"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ args, want string }{
		{"", ""},
		{"-only RETR -servers ferry,floor", ""},
		{"-out " + marked, ""},
		{"-rounds 0", "-rounds 0: from 1"},
		{"-rounds -3", "-rounds -3: from 1"},
		{"-time 0s", "-time 0s: from"},
		{"-only nonsense", "no measure has that in its title"},
		{"-servers ferry,apache", `no "apache"`},
		{"-out " + marked + " -only RETR", "neither -only nor -servers"},
		{"-out " + marked + " -servers ferry", "neither -only nor -servers"},
		{"-out " + bare, "has no line"},
		{"-out " + filepath.Join(dir, "none.md"), "no such file"},
		{"-ferry " + filepath.Join(dir, "none"), "run make build"},
		{"more", `"more" is no flag`},
	} {
		var o options
		f := flag.NewFlagSet("bench", flag.ContinueOnError)
		o.define(f)
		if err := f.Parse(append([]string{"-ferry", ferry}, strings.Fields(c.args)...)); err != nil {
			t.Fatal(err)
		}
		err := o.check(f.Args())
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%q: %v, not %q", c.args, err, c.want)
		}
	}
}
