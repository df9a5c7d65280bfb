package account

import (
	"net/netip"
	"slices"
	"time"
)

// User is an account: somebody who logs in with a password and exists for the
// server only. The zero value of each limit is no limit, but a user without
// Access may do nothing.
type User struct {
	// Name is what the user logs in as. Case matters. See Validate for what a
	// name may be.
	Name string
	// PasswordHash is what Hash has made of the password, or one of the older
	// forms that Verify knows. "" is no password: the user can
	// log in by a certificate at most (Vouched).
	PasswordHash string
	// Comment is for administrators.
	Comment string

	// Disabled keeps the user out, whatever the password.
	Disabled bool
	// Expires is the moment from which on the user is kept out, in whole
	// seconds. The zero time is never.
	Expires time.Time

	// Root is the local directory that the user sees as "/": an absolute
	// pathname of this system.
	Root string
	// Home is the first working directory, an absolute pathname below Root as
	// the user sees it. "" is "/".
	Home string
	// Access is what the user may do, and where.
	Access Access

	// UploadRate and DownloadRate limit each session, in bytes per second.
	UploadRate, DownloadRate int64
	// QuotaBytes and QuotaFiles limit what may lie below Root.
	QuotaBytes, QuotaFiles int64
	// MaxSessions limits how often the user is logged in at once.
	MaxSessions int

	// Networks are where the user may come from; none is anywhere.
	// DeniedNetworks are taken away from them.
	Networks, DeniedNetworks []netip.Prefix
	// Modes are the ways in which the user may open data connections.
	Modes Modes
	// TLSRequired keeps the user out of sessions that are not encrypted.
	TLSRequired bool
}

// Clone makes a copy that shares nothing with u.
func (u *User) Clone() *User {
	c := *u
	c.Access = slices.Clone(u.Access)
	c.Networks = slices.Clone(u.Networks)
	c.DeniedNetworks = slices.Clone(u.DeniedNetworks)
	return &c
}

// HomeDir is Home, or "/" if there is none.
func (u *User) HomeDir() string {
	if u.Home == "" {
		return "/"
	}
	return u.Home
}

// Expired says whether the account has ended at a moment.
func (u *User) Expired(now time.Time) bool {
	return !u.Expires.IsZero() && !now.Before(u.Expires)
}

// AllowsFrom says whether the user may log in from an address. An IPv4 address
// in its IPv6 form (::ffff:192.0.2.1) counts as IPv4, and zones do not count.
func (u *User) AllowsFrom(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	holds := func(p netip.Prefix) bool { return p.Contains(addr) }
	if slices.ContainsFunc(u.DeniedNetworks, holds) {
		return false
	}
	return len(u.Networks) == 0 || slices.ContainsFunc(u.Networks, holds)
}
