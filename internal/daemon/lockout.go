package daemon

import (
	"fmt"
	"hash/maphash"
	"net/netip"
	"sync"
	"time"

	"ferry/ftp"
	"ferry/ftpserver"
)

// maxTracked is how many networks, and how many names, are remembered at most.
// An attacker who has more than that makes the server forget the oldest, and is
// no worse for it than without a limit.
const maxTracked = 1 << 15

// lockout counts failed logins, per network of a client and per name, and locks
// what had too many of them. Nothing is done when time has passed: an entry
// tells by itself whether it still means something.
type lockout struct {
	perAddress, perName uint32 // failures that lock; 0 is never
	window, locked      time.Duration
	seed                maphash.Seed

	mu        sync.Mutex
	addresses *recent[netip.Prefix, failures]
	names     *recent[uint64, failures] // a name may be long, so by its hash
}

// failures are those of one address or one name.
type failures struct {
	count uint32
	first time.Time // the count is forgotten a window after it
	until time.Time // locked
}

func newLockout(perAddress, perName uint32, window, locked time.Duration) *lockout {
	if window <= 0 || locked <= 0 {
		perAddress, perName = 0, 0
	}
	return &lockout{
		perAddress: perAddress, perName: perName, window: window, locked: locked, seed: maphash.MakeSeed(),
		addresses: newRecent[netip.Prefix, failures](maxTracked), names: newRecent[uint64, failures](maxTracked),
	}
}

// networkOf is what counts as one client: an address, or with IPv6, where a
// host has as many as it likes, the /64 that it lies in.
func networkOf(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap().WithZone("")
	bits := addr.BitLen()
	if addr.Is6() {
		bits = 64
	}
	network, err := addr.Prefix(bits)
	if err != nil {
		return netip.Prefix{} // no address: of a pipe
	}
	return network
}

// fail notes a failed login.
func (l *lockout) fail(addr netip.Addr, name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.perAddress > 0 {
		l.count(l.addresses.use(networkOf(addr)), l.perAddress, now)
	}
	if l.perName > 0 {
		l.count(l.names.use(l.hash(name)), l.perName, now)
	}
}

func (l *lockout) count(f *failures, limit uint32, now time.Time) {
	switch {
	case now.Before(f.until):
		return // what is locked stays so no longer for being tried
	case now.Sub(f.first) > l.window, !f.until.IsZero():
		*f = failures{first: now}
	}
	if f.count++; f.count >= limit {
		f.until = now.Add(l.locked)
	}
}

// succeed notes a good login: the owner has proved himself, and what others
// tried under his name is forgotten. The address keeps its count, or somebody
// with an account of his own could guess for ever.
func (l *lockout) succeed(name string) {
	if l.perName == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.names.forget(l.hash(name))
}

// refusal is the answer to a locked address, or nil.
func (l *lockout) refusal(addr netip.Addr) error {
	if l.perAddress == 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	left := left(l.addresses.get(networkOf(addr)))
	if left <= 0 {
		return nil
	}
	return ftpserver.NewRefusal(ftp.CodeClosing, ftp.CauseLoginLocked,
		fmt.Sprintf("Too many failed logins from your internet address, try again in %d seconds", int64((left+time.Second-1)/time.Second)))
}

// nameLocked reports that a name is locked.
func (l *lockout) nameLocked(name string) bool {
	if l.perName == 0 {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return left(l.names.get(l.hash(name))) > 0
}

// left is how long something stays locked.
func left(f *failures) time.Duration {
	if f == nil || f.until.IsZero() {
		return 0
	}
	return time.Until(f.until)
}

func (l *lockout) hash(name string) uint64 { return maphash.String(l.seed, name) }
