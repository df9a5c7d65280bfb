package account

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// The fields of a line of pureftpd.passwd. Those from pureRateUp on may be
// missing.
const (
	pureName = iota
	pureHash
	pureUID
	pureGID
	pureGecos
	pureHome
	pureRateUp   // bytes per second
	pureRateDown // bytes per second
	pureRatioUp
	pureRatioDown
	pureSessions
	pureFiles
	pureBytes
	pureLocal
	pureDeniedLocal
	pureClient
	pureDeniedClient
	pureHours // "900-1800"
	pureFields
)

// ImportPureDB reads the text from which pure-pw(8) makes the database of
// Pure-FTPd's virtual users, pureftpd.passwd: lines of 18 fields with colons
// between them. Blank lines and those that begin with # say nothing.
//
// The owner (uid and gid) is left out: the server's own decides on files. A home
// without "/./" was not confined in Pure-FTPd, and becomes the root of a user who
// is. A restriction that an account cannot have (hours, addresses of the server,
// host names) disables the user, so that nobody gets in who was kept out. The
// error is one of reading.
func ImportPureDB(ctx context.Context, r io.Reader, opts ImportOptions) (*Imported, error) {
	im := newImporter(opts)
	err := im.each(ctx, r, func(line int, text string) error {
		if trimmed := strings.TrimSpace(text); trimmed != "" && trimmed[0] != '#' {
			im.addPure(line, text)
		}
		return nil
	})
	return &im.done, err
}

// addPure takes one line.
func (im *importer) addPure(line int, text string) {
	fields := strings.Split(text, ":")
	if len(fields) <= pureHome || len(fields) > pureFields {
		im.skip(line, "", "want %d to %d fields with colons between them, not %d", pureHome+1, pureFields, len(fields))
		return
	}
	fields = append(fields, make([]string, pureFields-len(fields))...)
	u, ok := im.begin(line, fields[pureName])
	if !ok {
		return
	}
	if err := im.pureLimits(u, fields); err != nil {
		im.skip(line, u.Name, "%v", err)
		return
	}
	im.setHash(line, u, fields[pureHash])
	if fields[pureGecos] != "" {
		u.Comment = fields[pureGecos]
	}
	if im.opts.Root == "" {
		im.pureDirectories(line, u, fields[pureHome])
	}
	if up, down := fields[pureRatioUp], fields[pureRatioDown]; isSet(up) || isSet(down) {
		im.complain(line, u.Name, "the ratio %s:%s of uploads to downloads is not kept", up, down)
	}
	im.pureRestrictions(line, u, fields)
	im.add(line, u)
}

// isSet reports a number that limits something.
func isSet(number string) bool { return number != "" && number != "0" }

// pureLimits reads the numbers. 0 is no limit, there as here.
func (im *importer) pureLimits(u *User, fields []string) error {
	sessions := int64(u.MaxSessions)
	for _, limit := range []struct {
		field int
		what  string
		to    *int64
	}{
		{pureRateUp, "upload rate", &u.UploadRate},
		{pureRateDown, "download rate", &u.DownloadRate},
		{pureSessions, "sessions", &sessions},
		{pureFiles, "quota of files", &u.QuotaFiles},
		{pureBytes, "quota of bytes", &u.QuotaBytes},
	} {
		text := fields[limit.field]
		if !isSet(text) {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return fmt.Errorf("%s: %.32q is no number", limit.what, text)
		}
		*limit.to = n
	}
	if sessions != int64(int32(sessions)) {
		return fmt.Errorf("sessions: %d are too many", sessions)
	}
	u.MaxSessions = int(sessions)
	return nil
}

// pureDirectories reads the home: what stands before "/./" is the root, and what
// stands behind it the first directory.
func (im *importer) pureDirectories(line int, u *User, home string) {
	u.Root, u.Home = "", ""
	if home == "" {
		return
	}
	root, below, confined := strings.Cut(home+"/", "/./")
	if root == "" && confined {
		root = "/"
	}
	u.Root = filepath.Clean(root)
	if confined {
		if dir := path.Clean("/" + below); dir != "/" {
			u.Home = dir
		}
	} else {
		im.complain(line, u.Name, "was not confined to %s, and is now", u.Root)
	}
}

// pureRestrictions reads from where and when the user may log in.
func (im *importer) pureRestrictions(line int, u *User, fields []string) {
	refuse := func(format string, args ...any) {
		u.Disabled = true
		im.complain(line, u.Name, format+"; the user is imported disabled", args...)
	}
	if hours := fields[pureHours]; hours != "" {
		refuse("accounts have no hours (%s)", hours)
	}
	for _, field := range []int{pureLocal, pureDeniedLocal} {
		if fields[field] != "" {
			refuse("accounts have no addresses of the server (%s)", fields[field])
		}
	}
	for _, list := range []struct {
		field int
		to    *[]netip.Prefix
	}{{pureClient, &u.Networks}, {pureDeniedClient, &u.DeniedNetworks}} {
		if fields[list.field] == "" {
			continue
		}
		networks, err := ParseNetworks(fields[list.field])
		if err == nil && len(networks) == 0 {
			err = errors.New("there is no network in it")
		}
		if err != nil {
			refuse("clients: %v", err)
			continue
		}
		*list.to = networks
	}
}
