package keeper

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"ferry/ftp"
	"ferry/internal/account"
	"ferry/internal/sandbox"
	"ferry/internal/sys"
)

// LearnReach finds out below which directories the roots of users lie, before
// Paths and the first login.
func (l *Local) LearnReach(ctx context.Context, log *slog.Logger) error {
	if l.virtual == nil {
		return nil
	}
	return l.reach.learn(ctx, l.virtual, log)
}

// Paths are the paths that the keeper needs, and its sessions.
func (l *Local) Paths() []sandbox.Path {
	s := &l.settings
	var all []sandbox.Path
	change := sys.ReachRead
	if s.WriteEnable {
		change = sys.ReachChange
	}
	if len(l.given) > 0 {
		all = append(all, sandbox.Path{Name: s.LocalRoot, Reach: change})
	}
	for dir := range l.reach.dirs {
		all = append(all, sandbox.Path{Name: dir, Reach: change})
	}
	if l.virtual != nil {
		// SQLite has a journal beside the file.
		for _, dir := range sandbox.Folders(s.VirtualUsersFile) {
			all = append(all, sandbox.Path{Name: dir, Reach: sys.ReachRead | sys.ReachWrite | sys.ReachCreate | sys.ReachRemove})
		}
	}
	if s.UserConfigDir != "" {
		all = append(all, sandbox.Path{Name: s.UserConfigDir, Reach: sys.ReachRead})
	}
	if s.UserlistEnable {
		for _, dir := range sandbox.Folders(s.UserlistFile) {
			all = append(all, sandbox.Path{Name: dir, Reach: sys.ReachRead})
		}
	}
	return all
}

// Confined says, once a sandbox holds, whether it restricts paths.
func (l *Local) Confined(restricted bool) { l.reach.everywhere = !restricted }

// A reach is the directories below which the roots of virtual users may lie.
type reach struct {
	// base is virtual_root_base; empty if it is not set.
	base string
	// everywhere says that the process is not restricted to dirs.
	everywhere bool
	// dirs are the directories by their real names, with what was there when the
	// process was restricted to them: the kernel's rule holds for that, not for
	// the name.
	dirs map[string]os.FileInfo
}

// learn fills in which directories virtual users have: what the database says
// now, if it is not virtual_root_base.
func (r *reach) learn(ctx context.Context, users account.Store, log *slog.Logger) error {
	if r.base != "" {
		return nil
	}
	r.dirs = make(map[string]os.FileInfo)
	for u, err := range users.List(ctx) {
		if err != nil {
			return oops("cannot read the database of users", "virtual_users_file", err)
		}
		if err := r.add(u.Root); err != nil {
			log.Warn("a virtual user has no directory, and cannot log in until there is one and the server was restarted", "user", u.Name, "err", err)
		}
	}
	return nil
}

// below makes virtual_root_base the reach, if it is set.
func below(base string) (reach, error) {
	if base == "" {
		return reach{}, nil
	}
	r := reach{base: base, dirs: make(map[string]os.FileInfo)}
	return r, r.add(base)
}

// add takes a directory in.
func (r *reach) add(dir string) error {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return err
	}
	info, err := os.Stat(real)
	if err != nil {
		return err
	}
	r.dirs[real] = info
	return nil
}

// covers reports whether a directory is one of dirs, or below.
func (r *reach) covers(dir string) bool {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return true // what is not there has an error of its own
	}
	for ; ; real = filepath.Dir(real) {
		if known := r.dirs[real]; known != nil {
			if info, err := os.Stat(real); err == nil && os.SameFile(info, known) {
				return true
			}
		}
		if real == filepath.Dir(real) {
			return false
		}
	}
}

// refuse refuses a user whose directory this process cannot read, which the
// kernel would make known only file by file.
func (r *reach) refuse(u *account.User) error {
	var cause error
	reply := "Your directory is out of the server's reach."
	switch {
	case r.dirs == nil, r.covers(u.Root):
		return nil
	case r.base != "":
		cause = fmt.Errorf("user %q: the directory %s is not below virtual_root_base (%s)", u.Name, u.Root, r.base)
	case r.everywhere:
		return nil
	default:
		reply = "Your directory is out of the server's reach until it is started again."
		cause = fmt.Errorf("user %q: the directory %s is outside of what the process may reach (landlock_enable): restart the server, "+
			"or set virtual_root_base to a directory that holds those of all users", u.Name, u.Root)
	}
	return &ftp.Error{Reply: ftp.Replyf(ftp.CodeNotLoggedIn, "%s", reply), Cause: cause}
}
