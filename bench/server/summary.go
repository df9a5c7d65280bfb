package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// summary is what stands at the head of the report: the machine, and the goals, those
// that are missed first.
func (b *bench) summary(ctx context.Context) string {
	var t strings.Builder
	t.WriteString(b.machine(ctx))
	var verdicts []verdict
	for _, g := range goals() {
		// What -only leaves out is nothing to tell.
		if v := g.judge(b.figures); v.outcome != open || b.only == "" {
			verdicts = append(verdicts, v)
		}
	}
	if len(verdicts) == 0 {
		return t.String()
	}
	count := make(map[string]int)
	for _, v := range verdicts {
		count[v.outcome]++
	}
	fmt.Fprintf(&t, "### Goals\n\nOf %d goals %d are reached", len(verdicts), count[reached])
	if count[open] > 0 {
		fmt.Fprintf(&t, " and %d were not measured", count[open])
	}
	t.WriteString(".\n\n| goal | measured | |\n|---|---|---|\n")
	for _, v := range sortVerdicts(verdicts) {
		t.WriteString(row(v.String(), v.measured, v.outcome))
	}
	return t.String() + "\n"
}

// sortVerdicts puts what is missed first, then what is open, each in its order.
func sortVerdicts(verdicts []verdict) []verdict {
	order := []string{missed, open, reached}
	slices.SortStableFunc(verdicts, func(a, b verdict) int {
		return slices.Index(order, a.outcome) - slices.Index(order, b.outcome)
	})
	return verdicts
}
