package cli

import (
	"context"

	"github.com/spf13/cobra"
)

// rulesLive are the flags that have to do with the rules that are loaded now.
type rulesLive struct{}

func (l *rulesLive) flags(*cobra.Command)                                  {}
func (l *rulesLive) check(*rulesRun) error                                 { return nil }
func (l *rulesLive) withoutRules(context.Context, *rulesRun) (bool, error) { return false, nil }
func (l *rulesLive) wanted() bool                                          { return false }
func (l *rulesLive) run(context.Context, *rulesRun, string) error          { return nil }
