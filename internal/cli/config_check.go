package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"ferry/internal/config"
)

const checkLong = `Say everything that is wrong with configuration, with file, line and column.

Beside what vsftpd refuses, that is what vsftpd silently takes for something else,
such as a number with a unit or a passive range upside down: here both count. A
note is a thing worth knowing that may well be meant, and does not count. Settings
that ferry ignores are listed with the reason.

What only the machine can tell, such as whether a directory exists or a port is
free, is not checked.

Exit status: 0 when there is nothing to complain about, else 2.`

func newConfigCheck(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "check {FILE | -oNAME=VALUE}...",
		Short: "Say what is wrong with a vsftpd.conf",
		Long:  checkLong,
		Example: `  ferry config check /etc/vsftpd.conf
  ferry config check /etc/vsftpd.conf -opasv_min_port=40000 -opasv_max_port=40009`,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("want a FILE or -oNAME=VALUE to check")
			}
			cfg, sources, err := loadSources(args)
			if cfg == nil {
				return err
			}
			return p.check(cfg, sources, err)
		},
	}
}

// check prints what there is to say about configuration: what counts to stderr,
// the rest to stdout. loadErr is what Load said.
func (p *program) check(cfg *config.Config, sources []string, loadErr error) error {
	bad := 0
	complain := func(c *config.Complaint) {
		bad++
		fmt.Fprintln(p.stderr, c)
	}
	for _, c := range complaintsOf(loadErr) {
		complain(c)
	}
	for _, c := range cfg.Warnings {
		if c.Severity == config.Note {
			fmt.Fprintln(p.stdout, c)
			continue
		}
		complain(c)
	}
	if loadErr == nil { // of settings that were not all read it would say nonsense
		for _, c := range complaintsOf(cfg.Validate(false)) {
			if c.Cause == config.CauseNoAccess {
				// Users may come by --user, which a file cannot know.
				c.Severity = config.Note
				c.Hint = "start with ferry serve --user NAME, or set local_enable=YES or anonymous_enable=YES"
				fmt.Fprintln(p.stdout, c)
				continue
			}
			complain(c)
		}
	}
	for _, a := range cfg.Refused() {
		bad++
		fmt.Fprintln(p.stderr, refused(a))
	}
	for _, a := range cfg.NoEffect() {
		fmt.Fprintln(p.stdout, noEffect(a))
	}
	name := "-o"
	if files := filesOf(sources); len(files) > 0 {
		name = strings.Join(files, " ")
	}
	if bad == 0 {
		fmt.Fprintf(p.stdout, "%s: ok, %d %s\n", name, len(cfg.Effective()), plural(len(cfg.Effective()), "setting"))
		return nil
	}
	fmt.Fprintf(p.stderr, "%s: %d %s\n", name, bad, plural(bad, "complaint"))
	return &refusal{}
}

// filesOf leaves the settings out.
func filesOf(sources []string) []string {
	var files []string
	for _, s := range sources {
		if !isSetting(s) {
			files = append(files, s)
		}
	}
	return files
}

// complaintsOf gives the complaints of an error that config made.
func complaintsOf(err error) config.Complaints {
	var complaints config.Complaints
	if !errors.As(err, &complaints) {
		return nil
	}
	return complaints
}

// place says where an assignment stands: "file:line option=value".
func place(a config.Assignment) string {
	return fmt.Sprintf("%s:%d %s=%s", a.File, a.Line, a.Option.Name, printable(a.Value))
}

// noEffect says that and why an assignment is ignored.
func noEffect(a config.Assignment) string {
	return place(a) + " has no effect: " + a.Option.Why
}

// refused says that and why an assignment keeps a server from starting.
func refused(a config.Assignment) string {
	return place(a) + " is refused: " + a.Option.Why
}

// plural is the noun for n of them.
func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}
