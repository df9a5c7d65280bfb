package account

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ferry/vfs"
)

// The longest texts of an account, in bytes.
const (
	MaxName    = 64
	MaxComment = 1024
)

// Validate says everything that is wrong with an account, each thing in an error
// of its own (errors.Join), or nil. A store takes only what is valid.
func (u *User) Validate() error {
	var wrong []error
	complain := func(what string, err error) {
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", what, err))
		}
	}
	complain("name", ValidateName(u.Name))
	complain("password", validateHash(u.PasswordHash))
	complain("comment", validateComment(u.Comment))
	complain("expiry", validateExpiry(u.Expires))
	complain("root", validateRoot(u.Root))
	complain("home", validateHome(u.Home))
	complain("permissions", u.Access.validate())
	complain("upload rate", validateLimit(u.UploadRate))
	complain("download rate", validateLimit(u.DownloadRate))
	complain("quota of bytes", validateLimit(u.QuotaBytes))
	complain("quota of files", validateLimit(u.QuotaFiles))
	complain("sessions", validateLimit(int64(u.MaxSessions)))
	complain("networks", validateNetworks(u.Networks))
	complain("denied networks", validateNetworks(u.DeniedNetworks))
	if u.Modes&^ModesAll != 0 {
		complain("modes", errors.New("want active, passive or both"))
	}
	return errors.Join(wrong...)
}

// ValidateName says what is wrong with a name. One is 1 to MaxName bytes of
// UTF-8, without control characters, slashes, colons (which end a name in every
// list of users), and spaces at its ends. "anonymous" and "ftp", in any case,
// are the names of the login without an account; "." and ".." are directories.
func ValidateName(name string) error {
	switch {
	case name == "":
		return errors.New("want one")
	case len(name) > MaxName:
		return fmt.Errorf("%q… is longer than %d bytes", name[:MaxName], MaxName)
	case !utf8.ValidString(name):
		return fmt.Errorf("%q is not UTF-8", name)
	case strings.ContainsFunc(name, unprintable):
		return fmt.Errorf("%q has a control character", name)
	case strings.ContainsAny(name, "/:"):
		return fmt.Errorf("%q has a slash or a colon", name)
	case strings.TrimSpace(name) != name:
		return fmt.Errorf("%q begins or ends with a space", name)
	case name == ".", name == "..":
		return fmt.Errorf("%q is a directory's", name)
	case strings.EqualFold(name, "anonymous"), strings.EqualFold(name, "ftp"):
		return fmt.Errorf("%q is that of the anonymous login", name)
	}
	return nil
}

// unprintable reports characters that end lines or move the cursor, and those
// that turn the direction of a text around.
func unprintable(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

func validateHash(hash string) error {
	if hash == "" {
		return nil
	}
	_, err := parseHash(hash)
	return err
}

func validateComment(s string) error {
	switch {
	case len(s) > MaxComment:
		return fmt.Errorf("longer than %d bytes", MaxComment)
	case !utf8.ValidString(s), strings.ContainsFunc(s, unprintable):
		return errors.New("want one line of UTF-8 without control characters")
	}
	return nil
}

// lastYear is the last one that every form of a date can say.
const lastYear = 9999

func validateExpiry(t time.Time) error {
	switch {
	case t.IsZero():
		return nil
	case t.Nanosecond() != 0:
		return errors.New("want whole seconds")
	case t.Unix() <= 0, t.UTC().Year() > lastYear:
		return fmt.Errorf("want a moment from 1970 to %d", lastYear)
	}
	return nil
}

func validateRoot(dir string) error {
	switch {
	case dir == "":
		return errors.New("want a directory")
	case strings.IndexByte(dir, 0) >= 0 || !utf8.ValidString(dir):
		return fmt.Errorf("%q is no pathname in UTF-8", dir)
	case !filepath.IsAbs(dir):
		return fmt.Errorf("%q is not an absolute pathname", dir)
	}
	return nil
}

func validateHome(dir string) error {
	switch {
	case dir == "":
		return nil
	case !vfs.Valid(dir) || !utf8.ValidString(dir):
		return fmt.Errorf("%q: want a path below the root that begins with /, without . and .. in it", dir)
	}
	return nil
}

func validateLimit(n int64) error {
	if n < 0 {
		return errors.New("want a number that is not negative, and 0 for no limit")
	}
	return nil
}

func validateNetworks(list []netip.Prefix) error {
	for _, p := range list {
		switch {
		case !p.IsValid():
			return errors.New("there is one without an address")
		case p != p.Masked():
			return fmt.Errorf("%s has bits behind its length: write %s", p, p.Masked())
		case p.Addr().Is4In6():
			return fmt.Errorf("%s is an IPv4 address in IPv6 form: write it as IPv4", p)
		}
	}
	return nil
}
