package daemon

import (
	"context"
	"fmt"
	"sync"

	"ferry/ftp"
	"ferry/ftpserver"
	"ferry/internal/account"
	"ferry/internal/keeper"
	"ferry/vfs"
)

// limit holds a virtual user to what the account says, on top of the settings;
// rate is theirs.
func (a *accounts) limit(ctx context.Context, u *ftpserver.User, in *keeper.Admission, rate int64) error {
	of := in.Account
	// The switches of the settings hold for everybody.
	u.Access.Allow &= of.Access.Union()
	if len(of.Access) != 1 || of.Access[0].Path != "/" {
		u.Access.AllowAt = of.Access.Func() // renames of directories look at all below them then
	}
	u.Policy.Data.Active = u.Policy.Data.Active && of.Modes.Active()
	u.Policy.Data.Passive = u.Policy.Data.Passive && of.Modes.Passive()
	if of.TLSRequired {
		u.Policy.Security.RequireLogin, u.Policy.Security.RequireData = true, true
	}
	u.NewLimiter = func(d ftpserver.Direction) ftpserver.Limiter {
		if d == ftpserver.Upload {
			return slower(of.UploadRate, rate)
		}
		return slower(of.DownloadRate, rate)
	}
	n, leave := a.present.enter(of.Name, of.MaxSessions)
	if leave == nil {
		return ftp.Errorf(ftp.CodeNotLoggedIn, "You are logged in %d times already, which is the limit.", n)
	}
	counted, forget, err := a.usage.hold(ctx, u.FS, of)
	if err != nil {
		leave()
		return err
	}
	end := u.Leave
	u.FS, u.Leave = counted, sync.OnceFunc(func() {
		forget()
		leave()
		end()
	})
	return nil
}

// slower limits to the lower of two rates, of which 0 is none.
func slower(a, b int64) ftpserver.Limiter {
	if a == 0 || b != 0 && b < a {
		return limiter(b)
	}
	return limiter(a)
}

// presence counts the sessions of each user.
type presence struct {
	mu       sync.Mutex
	sessions map[string]int
}

// enter counts one more session, if there may be one; most 0 is no limit. leave
// is nil if there may not, and n are the sessions before.
func (p *presence) enter(name string, most int) (n int, leave func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n = p.sessions[name]
	if most > 0 && n >= most {
		return n, nil
	}
	if p.sessions == nil {
		p.sessions = make(map[string]int)
	}
	p.sessions[name]++
	return n, sync.OnceFunc(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.sessions[name]--; p.sessions[name] <= 0 {
			delete(p.sessions, name)
		}
	})
}

// usages are what the directories of users with a quota hold. Sessions that have
// directory and limits in common share the count: users of one directory whose
// quotas differ are counted apart, each from what was there when the first of
// them came.
type usages struct {
	mu    sync.Mutex
	known map[usageKey]*usage
}

type usageKey struct {
	dir          string
	bytes, files int64
}

// usage is what one directory holds. It is counted when the first session comes,
// and anew when all have gone: others may change files meanwhile.
type usage struct {
	sessions int
	scan     sync.Once
	count    *vfs.Usage
	fault    error // of the scan
}

// hold gives the store with what the user may put there; forget ends that.
func (c *usages) hold(ctx context.Context, fsys vfs.FS, of *account.User) (counted vfs.FS, forget func(), err error) {
	if of.QuotaBytes == 0 && of.QuotaFiles == 0 {
		return fsys, func() {}, nil
	}
	key := usageKey{of.Root, of.QuotaBytes, of.QuotaFiles}
	u := c.join(key)
	u.scan.Do(func() {
		u.count = vfs.NewUsage(of.QuotaBytes, of.QuotaFiles)
		u.fault = u.count.Scan(ctx, fsys)
	})
	if u.fault != nil {
		c.part(key, u)
		return nil, nil, fmt.Errorf("user %q: cannot count what lies in %s: %w", of.Name, of.Root, u.fault)
	}
	return vfs.Quota(fsys, u.count), func() { c.part(key, u) }, nil
}

func (c *usages) join(key usageKey) *usage {
	c.mu.Lock()
	defer c.mu.Unlock()
	u := c.known[key]
	if u == nil {
		u = new(usage)
		if c.known == nil {
			c.known = make(map[usageKey]*usage)
		}
		c.known[key] = u
	}
	u.sessions++
	return u
}

func (c *usages) part(key usageKey, u *usage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if u.sessions--; u.sessions == 0 && c.known[key] == u {
		delete(c.known, key)
	}
}
