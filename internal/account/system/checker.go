package system

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"ferry/internal/account"
)

// Checker decides who logs in. Its errors for a user who may not are
// *account.DeniedError; the peer must not learn the cause, which is for the log
// (Reason). Other errors are faults: a list that is there and cannot be read lets
// nobody in.
type Checker struct {
	Files Files
	// CheckShell asks for a shell of /etc/shells (check_shell).
	CheckShell bool
	// Now tells the time; nil for time.Now.
	Now func() time.Time
}

// Allowed says whether a user may log in at all, whatever the password: what a
// login by hash and one through PAM have in common. Of an account that /etc/shadow
// does not have the dates are not known here, and count for nothing.
func (c *Checker) Allowed(u *User) error {
	if err := c.notListed(u.Name, u.UID == 0); err != nil {
		return err
	}
	if c.CheckShell {
		ok, err := c.Files.shellListed(u.Shell)
		if err != nil {
			return err
		}
		if !ok {
			return deny(u.Name, ErrShell)
		}
	}
	s, err := c.Files.shadow(u.Name)
	if err != nil {
		return err
	}
	if s == nil {
		s = &shadow{hash: u.password, changed: -1, max: -1, inact: -1, expires: -1}
	}
	now := time.Now
	if c.Now != nil {
		now = c.Now
	}
	if err := s.check(now()); err != nil {
		return deny(u.Name, err)
	}
	return nil
}

// AllowedName says whether /etc/ftpusers keeps a name out. It is all that can be
// asked about a guest whom PAM alone knows.
func (c *Checker) AllowedName(name string) error {
	return c.notListed(name, false)
}

// notListed looks a name up in /etc/ftpusers. Without the list nobody is kept
// out but the superuser: many systems rely on the list for that, and a missing file
// must not open the door.
func (c *Checker) notListed(name string, root bool) error {
	listed := false
	err := eachLine(c.Files.FTPUsers, func(line string) bool {
		listed = strings.Fields(line)[0] == name
		return !listed
	})
	switch {
	case listed:
		return deny(name, ErrFTPUsers)
	case missing(err) && root:
		return deny(name, ErrRoot)
	case err != nil && !missing(err):
		return err
	}
	return nil
}

// defaultShells are those of a machine without /etc/shells, as getusershell(3)
// has it.
var defaultShells = []string{"/bin/sh", "/bin/csh"}

// shellListed looks a shell up in /etc/shells.
func (f Files) shellListed(shell string) (bool, error) {
	if !path.IsAbs(shell) {
		return false, nil
	}
	listed := false
	err := eachLine(f.Shells, func(line string) bool {
		listed = strings.Fields(line)[0] == shell
		return !listed
	})
	if missing(err) {
		return slices.Contains(defaultShells, shell), nil
	}
	return listed, err
}

// Verify checks a name and a password against /etc/passwd and /etc/shadow, and
// whether the user is Allowed. An empty password is always wrong.
//
// Every refusal costs one hash, also that of a name that there is not: the hash
// of another user is computed then, of the form that most have. Where the forms
// differ between users the time tells which form one has, not who exists.
// Like account.Verify it waits while too many hashes are being computed.
func (c *Checker) Verify(ctx context.Context, name, password string) (*User, error) {
	decoy, err := c.Files.usualHash()
	if err != nil {
		return nil, err
	}
	u, hash, err := c.Files.credentials(name)
	if err == nil {
		var ok bool
		ok, _, err = account.Verify(ctx, hash, password)
		switch {
		case errors.Is(err, account.ErrHash):
			err = fmt.Errorf("%w: %w", ErrHash, err)
		case err != nil:
			return nil, err
		case !ok || password == "":
			return nil, deny(name, ErrWrongPassword)
		default:
			if err := c.Allowed(u); err != nil {
				return nil, err
			}
			return u, nil
		}
	}
	if Reason(err) == "" {
		return nil, err
	}
	if _, _, fault := account.Verify(ctx, decoy, password); fault != nil && !errors.Is(fault, account.ErrHash) {
		return nil, fault
	}
	return nil, deny(name, err)
}

// credentials finds a user and the hash of the password, or the reason why there
// is none to compare with.
func (f Files) credentials(name string) (*User, string, error) {
	u, err := f.Lookup(name)
	if err != nil {
		return nil, "", err
	}
	s, err := f.shadow(name)
	if err != nil {
		return nil, "", err
	}
	hash := u.password
	switch {
	case s != nil:
		hash = s.hash
	case hash == "x": // which sends to a line that is not there
		hash = ""
	}
	switch {
	case hash == "":
		return nil, "", ErrNoPassword
	case locked(hash):
		return nil, "", ErrLocked
	}
	return u, hash, nil
}

// firstDecoy is for a machine on which nobody has a password: a hash of
// yescrypt at the cost of Debian's, for which no password is known.
const firstDecoy = "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$2mcwIgvdUC9qLWcKCi6gklUa1dM3ziD43YxYNURLKy0"

// usualHash is a hash of the form that most users of /etc/shadow have, at the cost
// of the first of them.
func (f Files) usualHash() (string, error) {
	first, count := map[string]string{}, map[string]int{}
	usual := ""
	err := eachLine(f.Shadow, func(line string) bool {
		s := parseShadow(line)
		if s == nil || s.hash == "" || locked(s.hash) {
			return true
		}
		form := account.Scheme(s.hash)
		if form == "unknown" {
			return true
		}
		if count[form]++; count[form] == 1 {
			first[form] = s.hash
		}
		if usual == "" || count[form] > count[usual] {
			usual = form
		}
		return true
	})
	switch {
	case err != nil && !missing(err):
		return "", err
	case usual == "":
		return firstDecoy, nil
	}
	return first[usual], nil
}
