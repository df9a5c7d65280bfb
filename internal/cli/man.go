package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ferry/internal/manpage"
)

// newMan makes ferry man.
func newMan() *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write the manual pages",
		Long: `Write the manual pages of all commands into the directory DIR, which is made if
it is not there. Their text is that of --help.`,
		Example: `  ferry man /usr/local/share/man/man1
  ferry man man && man -l man/ferry-get.1`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("want a directory, not %d arguments", len(args))
			}
			if err := os.MkdirAll(args[0], 0o777); err != nil {
				return &failure{err}
			}
			for _, page := range manualPages(cmd.Root()) {
				var text bytes.Buffer
				if err := page.Write(&text); err != nil {
					return &failure{err}
				}
				if err := os.WriteFile(filepath.Join(args[0], page.Name+".1"), text.Bytes(), 0o666); err != nil {
					return &failure{err}
				}
			}
			return nil
		},
	}
}

// manualPages are the pages of a command and of all below it.
func manualPages(cmd *cobra.Command) []*manpage.Page {
	pages := []*manpage.Page{manualPage(cmd)}
	for _, sub := range documented(cmd) {
		pages = append(pages, manualPages(sub)...)
	}
	return pages
}

// documented are the commands below one that have a page.
func documented(cmd *cobra.Command) []*cobra.Command {
	var found []*cobra.Command
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() && !sub.IsAdditionalHelpTopicCommand() && sub.Name() != "help" {
			found = append(found, sub)
		}
	}
	return found
}

// pageName is the name of a command's page.
func pageName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// manualPage makes a page of what --help says, and of what manualNotes add.
func manualPage(cmd *cobra.Command) *manpage.Page {
	cmd.InitDefaultHelpFlag()
	notes := manualNotes(cmd)
	description, status := splitStatus(cmd.Long)
	for above := cmd.Parent(); above != nil && status == "" && len(notes.statuses) == 0; above = above.Parent() {
		_, status = splitStatus(above.Long)
	}
	arguments := strings.TrimSpace(strings.TrimPrefix(cmd.UseLine(), cmd.CommandPath()))
	if cmd.HasSubCommands() {
		arguments = "COMMAND [flags]"
	}
	return &manpage.Page{
		Name: pageName(cmd), Short: cmd.Short, Date: buildDate(), Source: "ferry " + readVersion().version, Manual: "Ferry",
		Command: cmd.CommandPath(), Arguments: strings.ReplaceAll(arguments, "[flags]", "[options]"),
		Sections: []manpage.Section{
			{Title: "Description", Text: description},
			{Title: "Commands", Terms: commandTerms(cmd)},
			{Title: "Options", Terms: append(flagTerms(cmd.NonInheritedFlags()), flagTerms(cmd.InheritedFlags())...)},
			{Title: "Examples", Text: cmd.Example, Verbatim: true},
			{Title: "Exit status", Text: status, Terms: notes.statuses},
			{Title: "Environment", Terms: notes.environment},
			{Title: "Files", Terms: notes.files},
			{Title: "See also", Text: seeAlso(cmd, notes.related)},
		},
	}
}

// splitStatus takes the paragraph about the exit status out of a text.
func splitStatus(text string) (rest, status string) {
	var kept []string
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		if found, ok := strings.CutPrefix(paragraph, "Exit status: "); ok {
			status = found
		} else {
			kept = append(kept, paragraph)
		}
	}
	return strings.Join(kept, "\n\n"), status
}

func commandTerms(cmd *cobra.Command) []manpage.Term {
	var terms []manpage.Term
	for _, sub := range documented(cmd) {
		terms = append(terms, manpage.Term{Words: []string{pageName(sub) + "(1)"}, Text: sub.Short})
	}
	return terms
}

// flagTerms are the flags that --help shows.
func flagTerms(flags *pflag.FlagSet) []manpage.Term {
	var terms []manpage.Term
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Deprecated != "" {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		words := []string{"--" + f.Name}
		if f.Shorthand != "" {
			words = []string{"-" + f.Shorthand, "--" + f.Name}
		}
		switch f.DefValue {
		case "", "false", "0", "0s", "[]":
		default:
			usage += " (default " + f.DefValue + ")"
		}
		if f.Value.Type() == "count" {
			value = "" // it is given several times
		}
		terms = append(terms, manpage.Term{Words: words, Value: value, Text: usage})
	})
	return terms
}

// seeAlso lists the pages around one.
func seeAlso(cmd *cobra.Command, related []string) string {
	var names []string
	if cmd.HasParent() {
		names = append(names, pageName(cmd.Parent())+"(1)")
	}
	for _, sub := range documented(cmd) {
		names = append(names, pageName(sub)+"(1)")
	}
	return strings.Join(append(names, related...), ", ")
}

// buildDate is that of the source, or today's.
func buildDate() time.Time {
	if built := readVersion().time; !built.IsZero() {
		return built
	}
	return time.Now()
}
