package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"

	"github.com/spf13/cobra"

	"ferry/internal/lab"
)

func newLab(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lab",
		Short: "Try FTP on networks made for it: NATs, firewalls, helpers",
		Args:  noSuchCommand,
		RunE:  showHelp,
	}
	cmd.AddCommand(newLabRun(p), newLabWorld(p))
	return cmd
}

// newLabWorld is the process of one world; lab run starts it.
func newLabWorld(p *program) *cobra.Command {
	return &cobra.Command{
		Use: "world", Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := lab.World(cmd.Context(), p.stdin, p.stdout); err != nil {
				return &failure{err}
			}
			return nil
		},
	}
}

func newLabRun(p *program) *cobra.Command {
	var servers, clients, tls, modes []string
	var rules string
	var atOnce int
	cmd := &cobra.Command{
		Use:   "run [TOPOLOGY]...",
		Short: "Try every mode in topologies and print what works",
		RunE: func(cmd *cobra.Command, names []string) error {
			if len(names) == 0 {
				for i := range lab.Topologies {
					names = append(names, lab.Topologies[i].Name)
				}
			}
			var jobs []lab.Job
			for _, name := range names {
				if _, err := lab.Find(name); err != nil {
					return err
				}
				for _, s := range servers {
					jobs = append(jobs, lab.Job{Topology: name, Server: s, TLS: tls, Modes: modes, Clients: clients, Rules: rules, Ports: true})
				}
			}
			return runLab(cmd.Context(), p, jobs, atOnce)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&servers, "server", []string{"ferry"}, "")
	f.StringSliceVar(&clients, "client", []string{"ferry"}, "")
	f.StringSliceVar(&tls, "tls", []string{"none", "explicit"}, "")
	f.StringSliceVar(&modes, "mode", nil, "")
	f.StringVar(&rules, "rules", "nftables", "")
	f.IntVarP(&atOnce, "jobs", "j", 4*runtime.NumCPU(), "")
	return cmd
}

func runLab(ctx context.Context, p *program, jobs []lab.Job, atOnce int) error {
	self, err := os.Executable()
	if err != nil {
		return &failure{err}
	}
	var results []lab.Result
	err = lab.Run(ctx, jobs, atOnce, self, []string{"lab", "world"}, func(r lab.Result) { results = append(results, r) })
	slices.SortStableFunc(results, func(a, b lab.Result) int { return 0 })
	surprises := 0
	for _, r := range results {
		mark := ""
		if r.Surprise() {
			surprises++
			mark = "  <-- expected " + r.Expected.String() + " | " + r.Said
		}
		what := r.Outcome.String()
		if r.Skipped != "" {
			what = "skipped: " + r.Skipped
		}
		fmt.Fprintf(p.stdout, "%s\t%s\t%s\t%s\t%s\t%s%s\n", r.Topology, r.Server, r.Client, r.TLS, r.Mode, what, mark)
	}
	if err != nil {
		return &failure{err}
	}
	if surprises > 0 {
		return &failure{errors.New(fmt.Sprint(surprises, " surprises"))}
	}
	return nil
}
