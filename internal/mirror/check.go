package mirror

import (
	"context"
	"fmt"
)

// allowed says whether an action may still be done, or needs not: done is set if
// the target is already what it should be.
func (a *applier) allowed(ctx context.Context, act *Action) (done bool, err error) {
	_, here := a.target.(*local)
	switch {
	case !a.check && (!here || act.Path == "."):
		return false, nil
	case act.Path == ".":
		return a.target.exists(ctx)
	}
	target, err := a.target.look(ctx, act.Path)
	if err != nil {
		return false, err
	}
	switch {
	case act.Do.removes() && target == nil,
		act.Do == DoMkdir && target.kind() == Folder,
		act.Do == DoCopy && a.check && !same(act.Target, target) && a.copied(act.Source, target):
		return true, nil
	case !same(act.Target, target):
		return false, fmt.Errorf("%w: the target is %s, and was %s", ErrChanged, target, act.Target)
	case !a.check:
		return false, nil
	}
	source, err := a.source.look(ctx, act.Path)
	switch {
	case err != nil:
		return false, err
	case !same(act.Source, source):
		return false, fmt.Errorf("%w: the source is %s, and was %s", ErrChanged, source, act.Source)
	}
	return false, nil
}

// copied says that a file of the target is what copying would make of it.
func (a *applier) copied(source, target *State) bool {
	return a.times && target.kind() == File && source.Size == target.Size && !target.Time.IsZero() && !apart(source, target)
}

// same says that what was seen is what is there. Directories change with what is in
// them; of links nothing is known but that.
func same(seen, now *State) bool {
	switch {
	case seen.kind() != now.kind():
		return false
	case seen.kind() != File:
		return true
	case seen.Size >= 0 && now.Size >= 0 && seen.Size != now.Size:
		return false
	case seen.Time.IsZero() || now.Time.IsZero():
		return true
	}
	d := seen.Time.Sub(now.Time).Abs()
	return d == 0 || d < max(seen.Precision, now.Precision)
}

// String says what a state is, for a message.
func (s *State) String() string {
	switch {
	case s == nil:
		return "not there"
	case s.Kind == Folder:
		return "a directory"
	case s.Kind == Link:
		return "a symbolic link"
	case s.Kind != File:
		return "no file"
	}
	text := "a file"
	if s.Size >= 0 {
		text += fmt.Sprintf(" of %d bytes", s.Size)
	}
	if !s.Time.IsZero() {
		text += " of " + s.Time.Format("2006-01-02T15:04:05Z")
	}
	return text
}
