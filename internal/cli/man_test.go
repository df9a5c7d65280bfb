package cli

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestManualPages writes all pages: each command has one with every part that it
// should have, and groff and mandoc find nothing to complain about.
func TestManualPages(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man")
	root := newRoot(&program{stdout: io.Discard, stderr: io.Discard})
	root.SetArgs([]string{"man", dir})
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	var files []string
	check := func(cmd *cobra.Command) {
		file := filepath.Join(dir, pageName(cmd)+".1")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
			return
		}
		files = append(files, file)
		for title, wanted := range map[string]bool{
			"SH NAME": true, "SH SYNOPSIS": true, `SH "DESCRIPTION"`: true, `SH "EXIT STATUS"`: true,
			`SH "COMMANDS"`: cmd.HasSubCommands(), `SH "OPTIONS"`: cmd.HasAvailableLocalFlags(), `SH "EXAMPLES"`: cmd.HasExample(),
			`SH "SEE ALSO"`: true, `SH "ENVIRONMENT"`: cmd.Flags().Lookup("tls-max") != nil, `SH "FILES"`: cmd.Flags().Lookup("tls-max") != nil,
		} {
			if wanted && !strings.Contains(string(text), "\n."+title+"\n") {
				t.Errorf("%s has no %s", file, title)
			}
		}
	}
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		check(cmd)
		for _, sub := range cmd.Commands() {
			if !sub.Hidden && sub.Name() != "help" {
				walk(sub)
			}
		}
	}
	walk(root)
	if written, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(written) != len(files) {
		t.Errorf("%d pages for %d commands, %v", len(written), len(files), err)
	}
	for _, tool := range [][]string{
		{"groff", "-man", "-ww", "-z", "-Tutf8"},
		{"mandoc", "-Tlint", "-Wwarning"},
	} {
		if _, err := exec.LookPath(tool[0]); err != nil {
			t.Logf("there is no %s", tool[0])
			continue
		}
		if out, err := exec.Command(tool[0], append(tool[1:], files...)...).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", tool[0], err, out)
		}
	}
}

// TestHelpTexts wants of each command what a page needs: what it does, and an
// example.
func TestHelpTexts(t *testing.T) {
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		if cmd.Long == "" || cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: the short text is %q, the long one has %d bytes", cmd.CommandPath(), cmd.Short, len(cmd.Long))
		}
		for _, sub := range documented(cmd) {
			walk(sub)
		}
	}
	walk(newRoot(&program{stdout: io.Discard, stderr: io.Discard}))
}

func TestSplitStatus(t *testing.T) {
	rest, status := splitStatus("One.\n\nExit status: 0 or\n1.\n\nTwo.")
	if rest != "One.\n\nTwo." || status != "0 or\n1." {
		t.Errorf("got %q and %q", rest, status)
	}
}
