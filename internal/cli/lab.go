package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ferry/internal/lab"
)

const labLong = `Try FTP on real networks that exist for a moment only: hosts, routers, NATs and
firewalls are network namespaces of this machine, the programs in them are real.
Nothing outside of them is touched, and all of it is gone when the command ends.

It needs Linux, the program nft, and root or unprivileged user namespaces. Other
servers and clients are taken from the search path.`

func newLab(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lab",
		Short: "Try FTP on networks made for it: NATs, firewalls, helpers",
		Long:  labLong,
		Args:  noSuchCommand,
		RunE:  showHelp,
	}
	cmd.AddCommand(newLabList(p), newLabRun(p), newLabWatch(p), newLabShell(p), newLabWorld(p))
	return cmd
}

// newLabWorld is the process of one world; the others start it.
func newLabWorld(p *program) *cobra.Command {
	return &cobra.Command{
		Use: "world", Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := lab.World(cmd.Context(), p.stdout)
			if exited, ok := errors.AsType[*exec.ExitError](err); ok {
				return &shellError{status: exited.ExitCode()}
			}
			if err != nil {
				return &failure{err}
			}
			return nil
		},
	}
}

func newLabList(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "list [TOPOLOGY]...",
		Short: "Show the topologies, or one whole with what is predicted",
		Long: `Show the names of the topologies, and what each is about. With names, show those
whole: the hosts and networks in a row (those with a firewall in brackets), the rules
of the firewalls, the options of the server, and what is predicted of each kind of
TLS and data connection.`,
		RunE: func(_ *cobra.Command, names []string) error {
			var b strings.Builder
			for i := range lab.Topologies {
				if t := &lab.Topologies[i]; len(names) == 0 {
					fmt.Fprintf(&b, "%-22s %s\n", t.Name, t.About)
				}
			}
			for _, name := range names {
				t, err := lab.Find(name)
				if err != nil {
					return err
				}
				b.WriteString(t.Describe())
			}
			_, err := fmt.Fprint(p.stdout, b.String())
			return failed(err)
		},
	}
}

// labFlags choose what is tried.
type labFlags struct {
	servers, clients, tls, modes []string
	rules                        string
	format                       string
	atOnce                       int
}

func (f *labFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringSliceVar(&f.servers, "server", []string{"ferry"}, "`servers`, of "+strings.Join(lab.Servers, ", "))
	flags.StringSliceVar(&f.clients, "client", []string{"ferry"}, "`clients`, of "+strings.Join(lab.Clients, ", "))
	flags.StringSliceVar(&f.tls, "tls", []string{"none", "explicit"}, "`kinds` of TLS, of "+strings.Join(lab.TLSKinds, ", "))
	flags.StringSliceVar(&f.modes, "mode", lab.Modes, "`modes` of the data connection")
	flags.StringVar(&f.rules, "rules", "nftables", "the `format` in which the firewalls get their rules, of "+strings.Join(lab.RuleFormats, ", "))
}

// check refuses words that are none of those that there are.
func (f *labFlags) check() error {
	for _, c := range []struct {
		flag         string
		given, there []string
	}{
		{"server", f.servers, lab.Servers},
		{"client", f.clients, lab.Clients},
		{"tls", f.tls, lab.TLSKinds},
		{"mode", f.modes, lab.Modes},
		{"rules", []string{f.rules}, lab.RuleFormats},
	} {
		if len(c.given) == 0 {
			return fmt.Errorf("--%s is empty: say some of %s", c.flag, strings.Join(c.there, ", "))
		}
		for _, word := range c.given {
			if !slices.Contains(c.there, word) {
				return fmt.Errorf("--%s: %q is none of %s", c.flag, word, strings.Join(c.there, ", "))
			}
		}
	}
	return nil
}

const labRunLong = `Try every mode of data connection in topologies (all of them, if none is named), and
print the matrix: ok, or the cause of the failure and the host that it is at, found
in the packets. Where a firewall's rules come from ferry rules, every port of the
server is probed too: the column "ports" is ok when just the wanted ones are open.

Each topology predicts its results. A result that differs is marked, and the exit
status is 1.`

func newLabRun(p *program) *cobra.Command {
	var f labFlags
	cmd := &cobra.Command{
		Use:   "run [TOPOLOGY]...",
		Short: "Try every mode in topologies and print what works",
		Long:  labRunLong,
		Example: `  ferry lab run
  ferry lab run client-nat server-nat --client ferry,curl --server ferry,vsftpd
  ferry lab run --format html > matrix.html`,
		ValidArgsFunction: completeTopologies,
		RunE: func(cmd *cobra.Command, names []string) error {
			if err := f.check(); err != nil {
				return err
			}
			write, err := f.writer(p)
			if err != nil {
				return err
			}
			jobs, err := f.jobs(names)
			if err != nil {
				return err
			}
			return runLab(cmd.Context(), jobs, f.atOnce, write)
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&f.format, "format", "table", "table, tsv, json or html")
	cmd.Flags().IntVarP(&f.atOnce, "jobs", "j", 6*runtime.NumCPU(), "how many topologies are up at once")
	return cmd
}

// completeTopologies completes their names.
func completeTopologies(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	names := make([]cobra.Completion, len(lab.Topologies))
	for i := range lab.Topologies {
		names[i] = cobra.CompletionWithDesc(lab.Topologies[i].Name, lab.Topologies[i].About)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// writer prints results in the format that was asked for.
func (f *labFlags) writer(p *program) (func([]lab.Result) error, error) {
	colour := isTerminal(p.stdout) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	write, ok := map[string]func([]lab.Result) error{
		"table": func(r []lab.Result) error { return lab.WriteTable(p.stdout, r, colour) },
		"tsv":   func(r []lab.Result) error { return lab.WriteTSV(p.stdout, r) },
		"json":  func(r []lab.Result) error { return lab.WriteJSON(p.stdout, r) },
		"html":  func(r []lab.Result) error { return lab.WriteHTML(p.stdout, r) },
	}[f.format]
	if !ok {
		return nil, fmt.Errorf("--format: %q is none of table, tsv, json, html", f.format)
	}
	return write, nil
}

// jobs makes a world for each topology and server.
func (f *labFlags) jobs(names []string) ([]lab.Job, error) {
	if len(names) == 0 {
		for i := range lab.Topologies {
			names = append(names, lab.Topologies[i].Name)
		}
	}
	var jobs []lab.Job
	for _, name := range names {
		if _, err := lab.Find(name); err != nil {
			return nil, err
		}
		for i, s := range f.servers {
			jobs = append(jobs, lab.Job{Topology: name, Server: s, TLS: f.tls, Modes: f.modes, Clients: f.clients, Rules: f.rules, Ports: i == 0})
		}
	}
	return jobs, nil
}

// runLab carries out jobs and prints their results; what was not predicted is a
// failure.
func runLab(ctx context.Context, jobs []lab.Job, atOnce int, write func([]lab.Result) error) error {
	self, err := os.Executable()
	if err != nil {
		return &failure{err}
	}
	var results []lab.Result
	err = lab.Run(ctx, jobs, atOnce, self, []string{"lab", "world"}, func(r lab.Result) { results = append(results, r) })
	lab.Sort(results)
	if writeErr := write(results); writeErr != nil {
		return failed(writeErr)
	}
	if err != nil {
		return &failure{err}
	}
	var surprises []string
	for i := range results {
		if r := &results[i]; r.Surprise() {
			surprises = append(surprises, fmt.Sprintf("%s, %s, %s, tls %s, %s: %s, predicted was %s\n  %s",
				r.Topology, r.Server, r.Client, r.TLS, r.Mode, r.Outcome, r.Expected, strings.ReplaceAll(r.Said, "\n", "\n  ")))
		}
	}
	if len(surprises) > 0 {
		return &failure{fmt.Errorf("%d results are not as predicted:\n%s", len(surprises), strings.Join(surprises, "\n"))}
	}
	return nil
}

func newLabWatch(p *program) *cobra.Command {
	var f labFlags
	var svg string
	cmd := &cobra.Command{
		Use:   "watch TOPOLOGY",
		Short: "Draw the connections of one transfer from the packets that crossed",
		Long: `Fetch a file in a topology and draw what its hosts said to each other, from the
packets that really crossed: a column for each host, an arrow for each thing said, a
cross where one ended before it was there. Addresses that a NAT has changed and texts
that a helper has changed stand with both. Of --server, --client, --tls and --mode the
first word counts.`,
		Example: `  ferry lab watch routed-passive --mode pasv
  ferry lab watch client-nat-helper --mode port --svg picture.svg`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeTopologies,
		RunE: func(cmd *cobra.Command, names []string) error {
			if err := f.check(); err != nil {
				return err
			}
			f.tls, f.modes, f.clients, f.servers = f.tls[:1], f.modes[:1], f.clients[:1], f.servers[:1]
			jobs, err := f.jobs(names)
			if err != nil {
				return err
			}
			jobs[0].Ports, jobs[0].Draw = false, true
			return watchLab(cmd.Context(), p, jobs, svg)
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&svg, "svg", "", "write the picture into this `file` too")
	return cmd
}

// watchLab runs one cell and prints its picture.
func watchLab(ctx context.Context, p *program, jobs []lab.Job, svg string) error {
	self, err := os.Executable()
	if err != nil {
		return &failure{err}
	}
	var result lab.Result
	if err := lab.Run(ctx, jobs, 1, self, []string{"lab", "world"}, func(r lab.Result) { result = r }); err != nil {
		return &failure{err}
	}
	if result.Skipped != "" {
		return &failure{fmt.Errorf("%s, %s: %s", result.Topology, result.Mode, result.Skipped)}
	}
	if svg != "" {
		if err := os.WriteFile(svg, []byte(result.Picture.SVG()), 0o644); err != nil { //nolint:gosec // a picture is for all to see
			return failed(err)
		}
	}
	_, err = fmt.Fprintf(p.stdout, "%s\nresult: %s\n", result.Picture.Text(), result.Outcome)
	return failed(err)
}

func newLabShell(p *program) *cobra.Command {
	var f labFlags
	cmd := &cobra.Command{
		Use:   "shell TOPOLOGY HOST [COMMAND]...",
		Short: "Open a shell, or run a command, on a host of a topology",
		Long: `Bring a topology up, with its firewalls and its server at work, and open a shell on
one of its hosts, or run a command there. What is started in it ends with it. The exit
status is that of the command.`,
		Example: `  ferry lab shell client-nat client
  ferry lab shell server-nat nat nft list ruleset`,
		Args:              cobra.MinimumNArgs(2),
		ValidArgsFunction: completeTopologies,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := f.check(); err != nil {
				return err
			}
			jobs, err := f.jobs(args[:1])
			if err != nil {
				return err
			}
			self, err := os.Executable()
			if err != nil {
				return &failure{err}
			}
			status, err := lab.Shell(jobs[0], args[1], args[2:], self, []string{"lab", "world"}, p.stdout, p.stderr)
			if err != nil {
				return &failure{err}
			}
			if status != 0 {
				return &shellError{status: status}
			}
			return nil
		},
	}
	f.add(cmd)
	cmd.Flags().SetInterspersed(false)
	return cmd
}
