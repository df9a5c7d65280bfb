package nft

import (
	"context"
	"fmt"
)

// Live is the table "inet ferry" in the kernel, in the network namespace of the
// calling thread. Its methods change nothing else. Several may be called at once.
type Live struct {
	// Path is the nft program. Empty: the one in PATH, or in the folders for root.
	Path string
	// StateDir is a folder of root's where rules that wait for confirmation are kept,
	// with what was there before them. It is made if need be. Empty: /run/ferry.
	StateDir string
	// Guard is the command, with arguments, that runs [Guard] in a process of its own;
	// a folder is added as last argument. Only Try needs it.
	Guard []string
}

// Check says whether the kernel would take the text, and changes nothing.
func (l *Live) Check(ctx context.Context, text string) error {
	_, err := l.run(ctx, text, "-c", "-f", "-")
	return err
}

// Apply loads a text of [Dialect] in place of the table that is there. It is done as a
// whole or, with an error, not at all. It is [ErrPending] while other rules wait for
// confirmation.
func (l *Live) Apply(ctx context.Context, text string) error {
	if err := l.refusePending(); err != nil {
		return err
	}
	_, err := l.run(ctx, text, "-f", "-")
	return err
}

// Remove removes the table: from then on nothing is filtered by it. It is [ErrNoTable]
// if there is none, and [ErrPending] while rules wait for confirmation.
func (l *Live) Remove(ctx context.Context) error {
	if err := l.refusePending(); err != nil {
		return err
	}
	there, err := l.loaded(ctx)
	if err != nil {
		return err
	}
	if !there {
		return ErrNoTable
	}
	_, err = l.run(ctx, "delete table "+tableName+"\n", "-f", "-")
	return err
}

// Text gives the table as nft lists it, without counters. It is [ErrNoTable] if there
// is none.
func (l *Live) Text(ctx context.Context) (string, error) {
	there, err := l.loaded(ctx)
	if err != nil {
		return "", err
	}
	if !there {
		return "", ErrNoTable
	}
	return l.run(ctx, "", "-s", "list", "table", "inet", "ferry")
}

// restoring makes the text that brings back what there is now.
func (l *Live) restoring(ctx context.Context) (string, error) {
	const away = "table " + tableName + "\ndelete table " + tableName + "\n"
	there, err := l.loaded(ctx)
	if err != nil || !there {
		return away, err
	}
	text, err := l.run(ctx, "", "-s", "list", "table", "inet", "ferry")
	if err != nil {
		return "", err
	}
	text = away + text
	if err := l.Check(ctx, text); err != nil {
		return "", fmt.Errorf("the rules that are loaded now could not be brought back: %w", err)
	}
	return text, nil
}
