package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ferry/internal/firewall/nft"
)

// rulesLive are the flags that have to do with the rules that the kernel has now.
type rulesLive struct {
	apply, remove, diff, confirmed bool
	confirm                        time.Duration
}

func (l *rulesLive) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&l.diff, "diff", false, "compare with the rules that are loaded (nftables); exit status 1 if they differ")
	flags.BoolVar(&l.apply, "apply", false, "load the rules (nftables), in a table of their own, as a whole or not at all")
	flags.DurationVar(&l.confirm, "confirm", 0, "with --apply: take the rules back after this time unless they are confirmed, so that nobody locks himself out")
	flags.BoolVar(&l.confirmed, "confirmed", false, "keep the rules that --apply --confirm has loaded: say it from a new login, which proves that one gets in")
	flags.BoolVar(&l.remove, "remove", false, "remove the table that --apply has loaded")
	cmd.MarkFlagsMutuallyExclusive("apply", "remove", "diff", "confirmed", "explain")
}

// wanted says that the rules are not to be printed.
func (l *rulesLive) wanted() bool { return l.apply || l.diff }

// check refuses what does not go together.
func (l *rulesLive) check(format string) error {
	switch {
	case l.confirm != 0 && !l.apply:
		return errors.New("--confirm is for --apply")
	case l.wanted() && format != "nftables":
		return fmt.Errorf("--apply and --diff are for --format nftables, not %s: print the rules and load them as they say", format)
	}
	return nil
}

// kernel is the table in the kernel.
func (l *rulesLive) kernel() (*nft.Live, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, &failure{err}
	}
	return &nft.Live{Guard: []string{self, "rules-guard"}}, nil
}

// withoutRules does what needs no rules, and says whether it was that.
func (l *rulesLive) withoutRules(ctx context.Context, r *rulesRun) (done bool, err error) {
	if !l.remove && !l.confirmed {
		return false, nil
	}
	kernel, err := l.kernel()
	if err != nil {
		return true, err
	}
	said := "The table is removed; nothing is filtered by it any more."
	if l.remove {
		err = kernel.Remove(ctx)
	} else {
		said = "The rules are kept."
		var trial *nft.Trial
		if trial, err = kernel.Pending(); err == nil {
			err = trial.Keep()
		}
	}
	if err != nil {
		return true, &failure{err}
	}
	fmt.Fprintln(r.stdout, said)
	return true, nil
}

// run compares or loads the rules.
func (l *rulesLive) run(ctx context.Context, r *rulesRun, text string) error {
	kernel, err := l.kernel()
	if err != nil {
		return err
	}
	switch {
	case l.diff:
		return l.compare(ctx, r, kernel, text)
	case l.confirm != 0:
		return l.try(ctx, r, kernel, text)
	}
	if err := kernel.Apply(ctx, text); err != nil {
		return &failure{err}
	}
	fmt.Fprintln(r.stdout, "The rules are loaded. ferry rules --remove takes them away; they do not outlast a restart by themselves.")
	return nil
}

func (l *rulesLive) compare(ctx context.Context, r *rulesRun, kernel *nft.Live, text string) error {
	d, err := kernel.Diff(ctx, text)
	if err != nil {
		return &failure{err}
	}
	if d.Same {
		fmt.Fprintln(r.stdout, "The rules that are loaded are these.")
		return nil
	}
	fmt.Fprint(r.stdout, d.Text)
	if d.Missing {
		return &failure{errors.New("the table inet ferry is not loaded")}
	}
	return &failure{errors.New("the rules that are loaded are others")}
}

// try loads the rules until the time is over or somebody keeps them.
func (l *rulesLive) try(ctx context.Context, r *rulesRun, kernel *nft.Live, text string) error {
	trial, err := kernel.Try(ctx, text, l.confirm)
	if err != nil {
		return &failure{err}
	}
	until := trial.Deadline.Format(time.TimeOnly)
	if !isTerminal(r.stdin) {
		fmt.Fprintf(r.stdout, "The rules are loaded until %s. To keep them, say from a new login: ferry rules --confirmed\n", until)
		return nil
	}
	fmt.Fprintf(r.stdout, "The rules are loaded until %s. Try to log in from elsewhere, then type yes to keep them: ", until)
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(r.stdin).ReadString('\n') // an end of the input is no yes
		answer <- strings.TrimSpace(line)
	}()
	over := make(chan error, 1)
	go func() {
		kept, err := trial.Wait(ctx)
		if err == nil && !kept {
			err = nft.ErrRolledBack
		}
		over <- err
	}()
	select {
	case word := <-answer:
		if word == "yes" {
			if err := trial.Keep(); err != nil {
				return &failure{err}
			}
			fmt.Fprintln(r.stdout, "They are kept.")
			return nil
		}
		if err := trial.Undo(ctx); err != nil {
			return &failure{err}
		}
		return &failure{errors.New("the rules are taken back: what was loaded before holds again")}
	case err := <-over:
		fmt.Fprintln(r.stdout)
		if err != nil {
			return &failure{err}
		}
		fmt.Fprintln(r.stdout, "They were confirmed elsewhere, and are kept.")
		return nil
	}
}

// newRulesGuard is the process that takes rules back; --confirm starts it.
func newRulesGuard() *cobra.Command {
	return &cobra.Command{
		Use: "rules-guard", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := nft.Guard(args[0]); err != nil {
				return &failure{err}
			}
			return nil
		},
	}
}
