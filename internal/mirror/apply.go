package mirror

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"

	"ferry/ftp"
	"ferry/ftpclient"
)

// Apply carries a Plan out. With check, as for one that was read, each action is
// refused if source or target are not what the Plan says; without it that is done
// only for what would be lost here. A file that fails is told and counted, and the
// others go on; but then nothing is removed any more.
func (m *Mirror) Apply(ctx context.Context, p *Plan, check bool) (Summary, error) {
	here, there, err := m.open()
	if err != nil {
		return Summary{}, err
	}
	defer here.close()
	a := &applier{Mirror: m, here: here, there: there, check: check, times: p.Times}
	a.source, a.target = m.sides(here, there)
	rest := p.Actions
	for len(rest) > 0 && err == nil {
		n := group(rest)
		if rest[0].Do.removes() && a.bad() {
			a.tell(Event{Kind: "warning", Why: "nothing is removed, as not everything was copied"})
			break
		}
		a.source.forget()
		a.target.forget()
		err = inParallel(ctx, m.Parallel, rest[:n], a.do)
		rest = rest[n:]
	}
	s := a.sum
	s.Left = len(p.Actions) - s.Copied - s.Made - s.Removed - s.Timed - s.Failed - s.Refused - s.Already
	switch {
	case err != nil:
		return s, err
	case s.Failed == 1 && s.Refused == 0:
		return s, fmt.Errorf("%w: %w", ErrSome, a.first)
	case s.Failed > 0:
		return s, ErrSome
	case s.Refused > 0:
		return s, fmt.Errorf("%w: %d actions were refused", ErrChanged, s.Refused)
	}
	return s, nil
}

// group is how many actions at the front may be done at once.
func group(actions []Action) int {
	n := 1
	for n < len(actions) && actions[n].Do == actions[0].Do &&
		(actions[n].Do == DoCopy || actions[n].Do == DoTimes || actions[n].Do == DoRemove ||
			actions[n].Path.depth() == actions[0].Path.depth() && actions[0].Path != ".") {
		n++
	}
	return n
}

// applier is a Plan being carried out.
type applier struct {
	*Mirror
	here           *local
	there          *server
	source, target side
	check, times   bool
	timeless       atomic.Bool // the server sets no times

	mu    sync.Mutex
	sum   Summary
	first error
}

// bad says that something has failed.
func (a *applier) bad() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.sum.Failed+a.sum.Refused > 0
}

// do does one action. The error is one that ends all.
func (a *applier) do(ctx context.Context, act Action) error {
	done, err := a.allowed(ctx, &act)
	told := false
	if err == nil && !done {
		told, err = a.act(ctx, &act)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	a.mu.Lock()
	switch {
	case done && err == nil:
		a.sum.Already++
	case err == nil:
		a.sum.count(act.Do)
	case errors.Is(err, ErrChanged):
		a.sum.Refused++
	default:
		a.sum.Failed++
		if a.first == nil {
			a.first = err
		}
	}
	a.mu.Unlock()
	switch {
	case err == nil && !done && act.Do != DoCopy:
		a.tell(Event{Kind: string(act.Do), Path: string(act.Path)})
	case err != nil && !told:
		a.tell(Event{Kind: "error", Path: string(act.Path), Do: act.Do, Err: err})
	}
	if err != nil && (act.Path == "." || hopeless(err)) {
		return err
	}
	return nil
}

// hopeless reports an error that every further action would have too.
func hopeless(err error) bool {
	if errors.Is(err, ftpclient.ErrPoolClosed) || errors.Is(err, syscall.ENOSPC) {
		return true
	}
	e, ok := errors.AsType[*ftpclient.Error](err)
	return ok && (e.Phase == ftpclient.PhaseDial || e.Phase == ftpclient.PhaseTLS || e.Phase == ftpclient.PhaseLogin)
}

// act changes the target. told says that the error has had its event.
func (a *applier) act(ctx context.Context, act *Action) (told bool, err error) {
	switch act.Do {
	case DoCopy:
		return a.copy(ctx, act)
	case DoMkdir:
		if act.Path == "." {
			return false, a.target.make(ctx)
		}
		return false, a.target.mkdir(ctx, act.Path)
	case DoRemove:
		return false, a.target.remove(ctx, act.Path)
	case DoRmdir:
		return false, a.target.rmdir(ctx, act.Path)
	default:
		return false, a.setTime(ctx, act)
	}
}

// copy makes a file like that of the source.
func (a *applier) copy(ctx context.Context, act *Action) (told bool, err error) {
	if a.here.root == nil {
		return false, fmt.Errorf("%w: %s is not there", ErrChanged, a.Local)
	}
	if a.Upload {
		err = a.Files.UploadFile(ctx, a.here.root, string(act.Path), a.there.at(act.Path))
	} else {
		err = a.Files.DownloadFile(ctx, a.there.at(act.Path), act.Source.Size, a.here.root, string(act.Path))
	}
	if err != nil || !a.times {
		return true, err
	}
	return false, a.setTime(ctx, act)
}

// setTime gives the target the time of the source. A server that sets none is told
// of once.
func (a *applier) setTime(ctx context.Context, act *Action) error {
	t := act.Source.Time
	if t.IsZero() || a.timeless.Load() {
		return nil
	}
	if !a.Upload && act.Source.Precision > tolerance {
		// The listing has cut it off.
		if exact, err := a.there.modTime(ctx, act.Path); err == nil && exact.Sub(t).Abs() < act.Source.Precision {
			t = exact
		}
	}
	err := a.target.setTime(ctx, act.Path, t)
	if code := ftpclient.Code(err); a.Upload && code.Permanent() && code != ftp.CodeNotLoggedIn {
		if !a.timeless.Swap(true) {
			a.tell(Event{Kind: "warning", Why: fmt.Sprintf("the server sets no times (%s); files there count as unchanged while they are as long and not older", shortened(err))})
		}
		return nil
	}
	return err
}
