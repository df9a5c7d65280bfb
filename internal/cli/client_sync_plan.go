package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"ferry/internal/mirror"
)

// writePlan writes a plan to the file of --plan.
func (s *syncing) writePlan(plan *mirror.Plan) error {
	if s.flags.plan == "-" {
		return plan.Write(s.stdout)
	}
	f, err := os.Create(s.flags.plan)
	if err != nil {
		return &failure{err}
	}
	if err := errors.Join(plan.Write(f), f.Close()); err != nil {
		return &failure{fmt.Errorf("the plan is not whole: %w", err)}
	}
	return nil
}

// readPlan reads the plan of --apply.
func (c *client) readPlan(name string) (*mirror.Plan, error) {
	in := c.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // it is only read
		in = f
	}
	plan, err := mirror.ReadPlan(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return plan, nil
}

// applyPlan does what a plan says that was made before. If FROM and TO are given,
// the plan must be for them.
func (c *client) applyPlan(ctx context.Context, f *syncFlags, args []string) error {
	if len(args) != 0 && len(args) != 2 {
		return fmt.Errorf("want FROM and TO, or neither: the plan names them, not %d arguments", len(args))
	}
	plan, err := c.readPlan(f.applyFrom)
	if err != nil {
		return err
	}
	s, err := c.newSync(f, plan.From, plan.To)
	if err != nil {
		return fmt.Errorf("%s: %w", f.applyFrom, err)
	}
	if here := map[bool]string{true: plan.From, false: plan.To}[s.upload]; !filepath.IsAbs(here) {
		return fmt.Errorf("%s: the directory %q is not named from the root on", f.applyFrom, here)
	}
	if len(args) == 2 {
		given, err := c.newSync(f, args[0], args[1])
		if err != nil {
			return err
		}
		from, to := s.names()
		if otherFrom, otherTo := given.names(); from != otherFrom || to != otherTo {
			return fmt.Errorf("%s: the plan is from %s to %s, not from %s to %s", f.applyFrom, printable(from), printable(to), otherFrom, otherTo)
		}
		s = given // its URL may have a password
	}
	plan.CheckLimit(f.compare.Limit)
	s.notes(plan)
	if f.dryRun {
		s.show(plan)
		return s.verdict(plan, nil)
	}
	if len(args) == 0 && !f.json {
		fmt.Fprintf(c.stdout, "%s -> %s\n", printable(plan.From), printable(plan.To))
	}
	m, j, err := s.mirror(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = j.Pool.Close() }()
	return s.carryOut(ctx, m, plan, true)
}
