package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // names of time zones, where the system has none

	"ferry/internal/charset"
	"ferry/internal/remote"
)

// A usageError is a wish that makes no sense, found before anything was done.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func wrongUsage(format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...)}
}

// readSites reads the user's file of sites.
func readSites() (*remote.Sites, error) {
	path, err := remote.SitesPath()
	if err != nil {
		// Without a home there is no file either.
		return new(remote.Sites), nil //nolint:nilerr // as it says
	}
	sites, err := remote.ReadSites(path)
	if err != nil {
		return nil, &usageError{err}
	}
	return sites, nil
}

// at are the flags for a target: where they say nothing, its site does.
func (f clientFlags) at(t *remote.Target) (clientFlags, error) {
	if t.Site == nil {
		return f, nil
	}
	here := f
	flags := here.ofSites()
	for _, s := range t.Site.Settings {
		if f.has(s.Key) {
			continue
		}
		if err := checkPlace(&s); err != nil {
			return f, &usageError{fmt.Errorf("%s: %s: %w", s.Place, s.Key, err)}
		}
		if err := flags.Lookup(s.Key).Value.Set(s.Value); err != nil {
			return f, &usageError{fmt.Errorf("%s: %s: %w", s.Place, s.Key, err)}
		}
		if p := here.proxy.proxy; s.Key == "proxy" && p != nil && p.HasPassword {
			return f, &usageError{fmt.Errorf("%s: %w", s.Place, errProxyPassword)}
		}
	}
	if err := here.agree(t.Scheme); err != nil {
		return f, &usageError{fmt.Errorf("%s: the site %s: %w", t.Site.Place, t.Site.Name, err)}
	}
	return here, nil
}

// agree refuses settings that do not go together, as cobra does with flags.
func (f *clientFlags) agree(scheme remote.Scheme) error {
	switch {
	case f.plain && (scheme != remote.Offered || f.tlsMax != 0 || f.pin != "" || f.ca != "" || f.cert != ""):
		return fmt.Errorf("plain is without TLS: the scheme is %s then, and there is no tls-max, pin, ca or cert", remote.Offered)
	case f.pin != "" && f.ca != "":
		return errors.New("there is pin and ca, and only one can say whom to trust")
	case f.key != "" && f.cert == "":
		return errors.New("key is the key of a certificate: cert is missing")
	}
	return nil
}

// errProxyPassword is a password where none is kept.
var errProxyPassword = errors.New("a site has no password in it: leave that of the proxy out, and use --proxy-password to keep it in the keyring of the system")

// has says whether the command line has what a site would say.
func (f *clientFlags) has(key string) bool {
	switch key {
	case "account":
		return f.account != ""
	case "mode":
		return f.active || f.passive || f.modes != nil
	case "active-ports":
		return f.activePorts != portRangeFlag{}
	case "advertise":
		return f.advertise.IsValid()
	case "bind":
		return f.bind.IsValid()
	case "plain": // or what is nothing without TLS
		return f.plain || f.insecure || f.tlsMax != 0 || f.pin != "" || f.ca != "" || f.cert != ""
	case "tls-max":
		return f.plain || f.tlsMax != 0
	case "pin", "ca":
		// One of them says whom to trust, and so does --insecure.
		return f.plain || f.pin != "" || f.ca != "" || f.insecure
	case "cert", "key":
		return f.plain || f.cert != ""
	case "charset":
		return f.charset.given
	case "time-zone":
		return f.zone.given
	case "proxy":
		return f.proxy.given
	}
	return false
}

// pathKeys are the settings that name something of this machine.
var pathKeys = []string{"ca", "cert", "key", "local-dir"}

// checkPlace makes the path of a setting whole: a command runs anywhere.
func checkPlace(s *remote.Setting) error {
	if !slices.Contains(pathKeys, s.Key) {
		return nil
	}
	if below, ok := strings.CutPrefix(s.Value, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return err
		}
		s.Value = filepath.Join(home, below)
	}
	if !filepath.IsAbs(s.Value) {
		return errors.New("want a path from the root on, or from ~/")
	}
	return nil
}

// charsetFlag is --charset.
type charsetFlag struct {
	given bool
	name  string // "" is found by itself
}

// byItself is the word for what the client is to find out.
const byItself = "auto"

func parseCharset(text string) (charsetFlag, error) {
	if text == byItself {
		return charsetFlag{given: true}, nil
	}
	if !strings.EqualFold(text, "utf-8") && !strings.EqualFold(text, "utf8") {
		if _, err := charset.Lookup(text); err != nil {
			return charsetFlag{}, err
		}
	}
	return charsetFlag{true, text}, nil
}

// zoneFlag is --time-zone.
type zoneFlag struct {
	given    bool
	location *time.Location // nil is found by itself
}

// parseZone reads a name of the time zone database, or an offset from UTC.
func parseZone(text string) (zoneFlag, error) {
	if text == byItself {
		return zoneFlag{given: true}, nil
	}
	if t, err := time.Parse("-07:00", text); err == nil {
		_, offset := t.Zone()
		return zoneFlag{true, time.FixedZone(text, offset)}, nil
	}
	location, err := time.LoadLocation(text)
	if err != nil || text == "" {
		return zoneFlag{}, errors.New("want the name of a time zone, such as Europe/Berlin or UTC, or an offset such as +02:00, or auto")
	}
	return zoneFlag{true, location}, nil
}

// parseConnections reads how many connections a server is asked for at most.
func parseConnections(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 64 {
		return 0, errors.New("want a number from 1 to 64")
	}
	return n, nil
}

// localDir is where files come to if no place is named: the directory of the site,
// if all targets are of one that has it, else the working directory.
func (c *client) localDir(targets []*remote.Target) (string, error) {
	dir := ""
	for _, t := range targets {
		f, err := c.flags.at(t)
		switch {
		case err != nil:
			return "", err
		case f.localDir == "" || dir != "" && dir != f.localDir:
			return ".", nil
		}
		dir = f.localDir
	}
	return dir, nil
}
