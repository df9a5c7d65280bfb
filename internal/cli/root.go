package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const rootLong = `ferry is an FTP server, a client, and what stands between.

  ferry serve                   shares the current directory, read-only
  ferry serve vsftpd.conf       does what a vsftpd.conf says
  ferry config check FILE       says what is wrong with one, and where
  ferry ls ftp://HOST/DIR       lists a directory of a server
  ferry get URL, ferry put FILE URL
                                bring files from and to one
  ferry shell URL               talks to one, command by command
  ferry rules                   writes the firewall rules that FTP needs
  ferry lab run                 tries all of it on networks made for that

Exit status: 0 when all went well; 1 for a failure while it ran; 2 for wrong
usage or configuration, with which nothing runs. Commands that talk to a server
have more: see ferry exit-codes.`

// newRoot makes the tree of commands.
func newRoot(p *program) *cobra.Command {
	root := &cobra.Command{
		Use:           "ferry",
		Short:         "An FTP server and client",
		Long:          rootLong,
		Version:       readVersion().version,
		SilenceErrors: true, // Main reports them, each in its way
		SilenceUsage:  true,
		Args:          noSuchCommand,
		RunE:          showHelp,

		SuggestionsMinimumDistance: suggestionDistance,
	}
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages ",
		fmt.Sprintf(".FlagUsagesWrapped %d ", helpWidth(p.stdout))))
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.SetVersionTemplate("ferry {{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(newServe(p), newConfig(p), newUser(p), newVersion(p), newBroker(p))
	root.AddCommand(newLs(p), newStat(p), newCat(p), newGet(p), newPut(p), newRm(p), newMv(p), newCopy(p), newMkdir(p), newRmdir(p), newExitCodes(p))
	root.AddCommand(newShell(p))
	root.AddCommand(newSite(p))
	root.AddCommand(newCompletion(p), newMan())
	root.AddCommand(newSync(p))
	root.AddCommand(newRules(p), newRulesGuard(), newLab(p))
	return root
}

// suggestionDistance is how many letters of a command may be wrong for a guess.
const suggestionDistance = 2

// helpWidth is how wide --help may be.
func helpWidth(w io.Writer) int {
	if width := terminalWidth(w); width > 0 {
		return max(width, 60)
	}
	return 80
}

// showHelp is what a command does that has only subcommands.
func showHelp(cmd *cobra.Command, _ []string) error { return cmd.Help() }

// noSuchCommand refuses the arguments of a command that has only subcommands.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	near := cmd.SuggestionsFor(args[0])
	if len(near) == 0 {
		return fmt.Errorf("there is no command %q", args[0])
	}
	return fmt.Errorf("there is no command %q; did you mean %s?", args[0], strings.Join(near, " or "))
}

// flagError adds to an error about a flag what may have been meant.
func flagError(cmd *cobra.Command, err error) error {
	name, ok := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !ok {
		return err
	}
	var near string
	plain := strings.ReplaceAll(strings.ToLower(name), "_", "-")
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if near == "" && (strings.HasPrefix(f.Name, plain) || strings.HasPrefix(plain, f.Name) || sameLetters(f.Name, plain)) {
			near = f.Name
		}
	})
	if near == "" {
		return err
	}
	return fmt.Errorf("%w; did you mean --%s?", err, near)
}

// sameLetters reports two words that differ in one letter that is missing, or
// in two that are exchanged, as slips of the finger go.
func sameLetters(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	for i := range len(a) {
		if a[i] == b[i] {
			continue
		}
		switch {
		case len(a) < len(b):
			return a[i:] == b[i+1:]
		case a[i+1:] == b[i+1:]:
			return true
		default:
			return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		}
	}
	return len(b)-len(a) <= 1
}
