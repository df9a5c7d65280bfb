package mirror

import (
	"context"
	"errors"
	"time"
)

// side is one of the two trees, where it is: on a server or here.
type side interface {
	// scan lists all of it; nil is no tree.
	scan(ctx context.Context, f *Filter) (*Dir, error)
	// look says what there is by a name below the tree; nil is nothing.
	look(ctx context.Context, name Path) (*State, error)
	// forget drops what look has remembered.
	forget()
	// sum is the checksum of a file, by that algorithm.
	sum(ctx context.Context, name Path, algorithm string) (string, error)

	exists(ctx context.Context) (bool, error) // whether there is the tree itself
	make(ctx context.Context) error
	mkdir(ctx context.Context, name Path) error
	remove(ctx context.Context, name Path) error
	rmdir(ctx context.Context, name Path) error
	setTime(ctx context.Context, name Path, t time.Time) error
}

// Errors of a scan.
var (
	// ErrMissing is a source that is not there.
	ErrMissing = errors.New("the source is not there")
	// ErrEndless is a tree with more than an end.
	ErrEndless = errors.New("the tree does not end")
)
