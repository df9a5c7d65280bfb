package remote

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Site is a server under a name, with how it is to be spoken to. It never holds
// a password.
type Site struct {
	Name string
	// Target is the site's URL: scheme, user, host, port, and the directory in
	// which paths of the site begin.
	Target *Target
	// Settings are the other lines, in their order.
	Settings []Setting
	// Place is where the site begins, as file:line.
	Place string
}

// A Setting is one line of a site: a key of SiteKeys, and a value that is not "".
type Setting struct {
	Key, Value string
	// Place is where it stands, as file:line; "" if it is not of a file.
	Place string
}

// URLKey is the key of a site's URL, without which there is no site.
const URLKey = "url"

// siteKeys are the keys of a site in the order in which they are written. Those
// but the last two, and the URL, are flags of the command line too; what their
// values may be is up to that.
var siteKeys = []string{
	URLKey, "account",
	"mode", "active-ports", "advertise", "bind",
	"plain", "tls-max", "pin", "ca", "cert", "key",
	"charset", "time-zone", "proxy", "connections", "local-dir",
}

// SiteKeys are the keys that a site may have, the URL first.
func SiteKeys() []string { return slices.Clone(siteKeys) }

// maxSiteName is the longest name, in characters.
const maxSiteName = 64

// CheckSiteName refuses what is no name of a site. A name is made of letters,
// digits, "-" and "_" and begins with a letter or digit, so that it is no URL, no
// address, and no host with a dot.
func CheckSiteName(name string) error {
	for i, r := range name {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		case (r == '-' || r == '_') && i > 0:
		default:
			return fmt.Errorf("%q is no name of a site: want letters, digits, - and _, a letter or digit first", name)
		}
	}
	switch {
	case name == "":
		return errors.New("a site needs a name")
	case len(name) > maxSiteName:
		return fmt.Errorf("%q is too long for the name of a site: want %d characters at most", name, maxSiteName)
	}
	return nil
}

// checkSiteURL reads the URL of a site.
func checkSiteURL(text string) (*Target, error) {
	t, err := Parse(text)
	switch {
	case err != nil:
		return nil, err
	case t.HasPassword:
		return nil, errors.New("a site has no password in its URL: leave it out, and use --password to keep it in the keyring of the system")
	case t.Type != 0:
		return nil, errors.New(";type= belongs to the URL of a file, not to a site")
	}
	return t, nil
}

// checkSetting refuses what cannot be a line of a site, whatever it means.
func checkSetting(s Setting) error {
	switch {
	case !slices.Contains(siteKeys, s.Key):
		return fmt.Errorf("%q is no setting of a site: want one of %s", s.Key, strings.Join(siteKeys, ", "))
	case s.Value == "":
		return fmt.Errorf("%s has no value", s.Key)
	case strings.ContainsFunc(s.Value, isControl):
		return fmt.Errorf("%s has a control character", s.Key)
	}
	return nil
}

// checkSettings refuses new ones that are wrong, before they have a place. An empty
// value takes a setting out.
func checkSettings(settings []Setting) error {
	for _, s := range settings {
		switch {
		case s.Value == "" && s.Key != URLKey:
			continue
		case s.Key == URLKey:
			if _, err := checkSiteURL(s.Value); err != nil {
				return err
			}
		}
		if err := checkSetting(s); err != nil {
			return err
		}
	}
	return nil
}

// Get is the value of a setting; "" if the site has it not.
func (s *Site) Get(key string) string {
	for _, setting := range s.Settings {
		if setting.Key == key {
			return setting.Value
		}
	}
	return ""
}

// in is the target at a path of the site: relative to the site's directory, but
// from "/" on it is the server's, and from "~" on the login's.
func (s *Site) in(path string, slash bool) (*Target, error) {
	t := *s.Target
	t.Site = s
	if !slash {
		return &t, nil
	}
	below := &Target{}
	if err := below.readPath(path); err != nil {
		return nil, err
	}
	t.Type = below.Type
	switch {
	case path == "~", strings.HasPrefix(path, "~/"), strings.HasPrefix(below.Path, "/"), t.Path == "":
		t.Path = below.Path
	default:
		t.Path = strings.TrimSuffix(t.Path, "/") + "/" + below.Path
	}
	return &t, nil
}
