package sandbox

import (
	"errors"
	"fmt"

	"ferry/internal/sys"
)

// User is who a process becomes.
type User struct {
	Name string
	sys.Credentials
}

// Path is a path that the process goes on to need, and for what.
type Path struct {
	Name  string
	Reach sys.Reach
	// Optional means that many systems do not have it: that it is missing is
	// not worth a word.
	Optional bool
}

// Plan is what a process is left with.
type Plan struct {
	// User is who the process becomes; nil stays who it is.
	User *User
	// Stays says why the process stays who it is, if it might have become
	// somebody else.
	Stays string
	// Keep are the capabilities that stay, of those that it has.
	Keep sys.CapSet
	// Paths are all paths that can be reached; of those inside of each other
	// the powers add up.
	Paths []Path
	// Everywhere says why every path stays within reach; empty restricts the
	// process to Paths.
	Everywhere string
}

// Apply carries the plan out. The listeners, logs and directories that the
// process shall have are to be open before. After an error the process must end:
// it may be half of what it was.
func (p *Plan) Apply() (Report, error) {
	r := Report{Stays: p.Stays, paths: len(p.Paths)}
	lock, err := p.newLock(&r) // while the paths can still be opened
	if err != nil {
		return r, err
	}
	if lock != nil {
		defer lock.Close()
	}
	if err := p.giveUpPower(&r); err != nil {
		return r, err
	}
	r.read() // now, as /proc need not be among the paths
	if lock == nil {
		return r, nil
	}
	return r, p.giveUpPaths(&r, lock)
}

// giveUpPower changes the user, or takes the capabilities of the one that stays.
func (p *Plan) giveUpPower(r *Report) error {
	if p.User != nil {
		r.User = p.User.Name
		err := sys.DropTo(p.User.Credentials, p.Keep)
		switch {
		case errors.Is(err, sys.ErrThreads): // it is the user all the same
			r.off("no_new_privs", err)
		case err != nil:
			return fmt.Errorf("cannot become the user %s: %w", p.User.Name, err)
		}
		return nil
	}
	err := sys.KeepOnly(p.Keep)
	switch {
	case err == nil:
	case errors.Is(err, sys.ErrThreads), errors.Is(err, sys.ErrNoProc), errors.Is(err, errors.ErrUnsupported):
		r.off("the loss of capabilities, no_new_privs", err)
	default:
		return fmt.Errorf("cannot give capabilities up: %w", err)
	}
	return nil
}

// newLock makes the lock that leaves nothing but the paths; nil if there is none.
func (p *Plan) newLock(r *Report) (*sys.Lock, error) {
	if p.Everywhere != "" {
		r.Off = append(r.Off, "Landlock: "+p.Everywhere)
		return nil, nil
	}
	rules := make([]sys.ReachRule, len(p.Paths))
	for i, path := range p.Paths {
		rules[i] = sys.ReachRule{Path: path.Name, Reach: path.Reach}
	}
	lock, err := sys.NewLock(rules)
	switch {
	case err == nil:
		return lock, nil
	case errors.Is(err, sys.ErrNoLandlock), errors.Is(err, sys.ErrNoRefer):
		r.off("Landlock", err)
		return nil, nil
	}
	return nil, fmt.Errorf("cannot restrict the process to its paths: %w", err)
}

// giveUpPaths restricts the process to the paths.
func (p *Plan) giveUpPaths(r *Report, lock *sys.Lock) error {
	state, err := lock.Put()
	switch {
	case errors.Is(err, sys.ErrThreads):
		r.off("Landlock", err)
		return nil
	case err != nil:
		return fmt.Errorf("cannot restrict the process to its paths: %w", err)
	}
	r.Landlock, r.Open = state.ABI, state.Open
	optional := make(map[string]bool)
	for _, path := range p.Paths {
		optional[path.Name] = optional[path.Name] || path.Optional
	}
	for _, name := range state.Missing {
		r.paths--
		if !optional[name] {
			r.Missing = append(r.Missing, name)
		}
	}
	return nil
}
