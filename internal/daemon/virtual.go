package daemon

import (
	"context"
	"fmt"
	"sync"

	"ferry/ftp"
	"ferry/ftpserver"
	"ferry/internal/account"
	"ferry/internal/account/sqlstore"
	"ferry/internal/config"
	"ferry/vfs"
	"ferry/vfs/osfs"
)

// virtual lets virtual users in: those of a database (virtual_users_file).
type virtual struct {
	settings *config.Settings
	policy   ftpserver.Policy // of a user without limits
	users    *sqlstore.Store

	mu       sync.Mutex
	sessions map[string]int // by name
	roots    map[rootKey]*root
}

// rootKey is what sessions must have in common to share a root: users of one
// directory whose quotas differ are counted apart, each from what was there when the first of
// them came.
type rootKey struct {
	dir          string
	bytes, files int64
}

func keyOf(u *account.User) rootKey { return rootKey{u.Root, u.QuotaBytes, u.QuotaFiles} }

// root is a directory that sessions of virtual users see as "/". They share
// it, and what is counted of it.
type root struct {
	store    *osfs.FS
	sessions int

	scan  sync.Once
	usage *vfs.Usage
	fault error // of the scan
}

// newVirtual opens the database that the settings name; nil if they name none.
func newVirtual(ctx context.Context, s *config.Settings, policy ftpserver.Policy) (*virtual, error) {
	if s.VirtualUsersFile == "" {
		return nil, nil
	}
	users, err := sqlstore.Open(ctx, s.VirtualUsersFile)
	if err != nil {
		return nil, oops("cannot open the database of users", "virtual_users_file", err)
	}
	return &virtual{
		settings: s, policy: policy, users: users,
		sessions: make(map[string]int), roots: make(map[rootKey]*root),
	}, nil
}

// Close closes the database and every directory.
func (v *virtual) Close() {
	_ = v.users.Close()
	v.mu.Lock()
	defer v.mu.Unlock()
	for key, r := range v.roots {
		_ = r.store.Close()
		delete(v.roots, key)
	}
}

// authenticate lets a virtual user in.
func (v *virtual) authenticate(ctx context.Context, l ftpserver.Login) (*ftpserver.User, error) {
	u, err := v.identify(ctx, l)
	if err != nil {
		return nil, err
	}
	switch {
	case !u.AllowsFrom(l.Peer.Addr()):
		return nil, fmt.Errorf("user %q may not come from %s", u.Name, l.Peer.Addr())
	case u.TLSRequired && l.TLS == nil:
		return nil, ftp.Errorf(ftp.CodeNotLoggedIn, "You must use encryption.")
	}
	access, err := accessOf(v.settings, false, false)
	if err != nil {
		return nil, err
	}
	// The switches of the settings hold for everybody.
	access.Allow &= u.Access.Union()
	if len(u.Access) != 1 || u.Access[0].Path != "/" {
		access.AllowAt = u.Access.Func() // renames of directories look at all below them then
	}
	r, err := v.enter(u)
	if err != nil {
		return nil, err
	}
	store, err := r.quota(ctx, u)
	if err != nil {
		v.leave(u)
		return nil, err
	}
	policy := v.policy
	policy.Data.Active = policy.Data.Active && u.Modes.Active()
	policy.Data.Passive = policy.Data.Passive && u.Modes.Passive()
	if u.TLSRequired {
		policy.Security.RequireLogin, policy.Security.RequireData = true, true
	}
	return &ftpserver.User{
		Name: u.Name, FS: store, Access: access, Home: u.HomeDir(), Policy: &policy,
		NewLimiter: func(d ftpserver.Direction) ftpserver.Limiter {
			if d == ftpserver.Upload {
				return slower(u.UploadRate, int64(v.settings.LocalMaxRate))
			}
			return slower(u.DownloadRate, int64(v.settings.LocalMaxRate))
		},
		Leave: sync.OnceFunc(func() { v.leave(u) }),
	}, nil
}

// slower limits to the lower of two rates, of which 0 is none.
func slower(a, b int64) ftpserver.Limiter {
	if a == 0 || b != 0 && b < a {
		return limiter(b)
	}
	return limiter(a)
}

// enter counts a session of the user, and opens the directory if it is the first
// there.
func (v *virtual) enter(u *account.User) (*root, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if u.MaxSessions > 0 && v.sessions[u.Name] >= u.MaxSessions {
		return nil, ftp.Errorf(ftp.CodeNotLoggedIn, "You are logged in %d times already, which is the limit.", v.sessions[u.Name])
	}
	r := v.roots[keyOf(u)]
	if r == nil {
		store, err := osfs.New(u.Root, osfs.Options{})
		if err != nil {
			return nil, fmt.Errorf("user %q: %w", u.Name, err)
		}
		r = &root{store: store}
		v.roots[keyOf(u)] = r
	}
	r.sessions++
	v.sessions[u.Name]++
	return r, nil
}

// leave takes a session back.
func (v *virtual) leave(u *account.User) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.sessions[u.Name]--; v.sessions[u.Name] <= 0 {
		delete(v.sessions, u.Name)
	}
	r := v.roots[keyOf(u)]
	if r == nil {
		return // the server has closed
	}
	if r.sessions--; r.sessions == 0 {
		_ = r.store.Close()
		delete(v.roots, keyOf(u))
	}
}

// quota is the directory with what the user may put there. It is counted when
// the first session comes that has a quota, and anew when all have gone: others
// may change files meanwhile.
func (r *root) quota(ctx context.Context, u *account.User) (vfs.FS, error) {
	if u.QuotaBytes == 0 && u.QuotaFiles == 0 {
		return r.store, nil
	}
	r.scan.Do(func() {
		r.usage = vfs.NewUsage(u.QuotaBytes, u.QuotaFiles)
		r.fault = r.usage.Scan(ctx, r.store)
	})
	if r.fault != nil {
		return nil, fmt.Errorf("user %q: cannot count what lies in %s: %w", u.Name, u.Root, r.fault)
	}
	return vfs.Quota(r.store, r.usage), nil
}
