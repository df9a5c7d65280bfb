package ftpserver

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"ferry/ftp"
	"ferry/vfs"
)

// cmdMdtm tells the time of a file, or sets it: "MDTM 20260102030405 name" is
// how many clients do it, though RFC 3659 §3 knows the query alone.
func cmdMdtm(ctx context.Context, s *session, arg string) (ftp.Reply, error) {
	const text = "Could not get file modification time"
	if when, name, ok := timeAndName(arg, s.location()); ok && s.policy.MDTMWrite && s.user.Access.Allow.Has(vfs.PermSetTime) {
		if path, err := vfs.Clean(s.dir, s.tilde(arg)); err == nil {
			if _, err := s.fsys.Lstat(ctx, path); err == nil {
				return s.tellTime(ctx, arg, text) // a file of just that name
			}
		}
		if err := s.setTime(ctx, name, when); err != nil {
			return ftp.Reply{}, failed(ftp.CodeDenied, "Could not set file modification time", err)
		}
		return ftp.Replyf(ftp.CodeFileStatus, "File modification time set."), nil
	}
	return s.tellTime(ctx, arg, text)
}

func (s *session) tellTime(ctx context.Context, arg, text string) (ftp.Reply, error) {
	info, err := s.regular(ctx, arg)
	if err != nil {
		return ftp.Reply{}, failed(ftp.CodeDenied, text, err)
	}
	return ftp.Replyf(ftp.CodeFileStatus, "%s", ftp.FormatTimeVal(wallClock(info.ModTime, s.location()))), nil
}

// location is the time zone that MDTM speaks in, as LIST does.
func (s *session) location() *time.Location {
	if loc := s.policy.Listing.Location; loc != nil {
		return loc
	}
	return time.UTC
}

// wallClock is the time in UTC that shows what a clock in loc shows at t.
func wallClock(t time.Time, loc *time.Location) time.Time {
	_, offset := t.In(loc).Zone()
	return t.Add(time.Duration(offset) * time.Second)
}

// setTime sets the time of the last change.
func (s *session) setTime(ctx context.Context, arg string, when time.Time) error {
	name, err := s.resolve(arg)
	if err != nil {
		return err
	}
	setter, ok := vfs.As[vfs.TimeSetter](s.fsys)
	if !ok {
		return vfs.ErrUnsupported
	}
	return setter.SetModTime(ctx, name, when)
}

// timeAndName splits "20260102030405 some name".
func timeAndName(arg string, loc *time.Location) (when time.Time, name string, ok bool) {
	word, name, found := strings.Cut(arg, " ")
	if !found || name == "" {
		return time.Time{}, "", false
	}
	when, err := ftp.ParseTimeVal(word)
	if err != nil {
		return time.Time{}, "", false
	}
	if loc != time.UTC {
		when = time.Date(when.Year(), when.Month(), when.Day(), when.Hour(), when.Minute(), when.Second(), when.Nanosecond(), loc)
	}
	return when, name, true
}

var errTimeAndName = ftp.Errorf(ftp.CodeBadArgument, "Want a time YYYYMMDDHHMMSS in UTC, a space, and a name.")

// cmdMfmt sets the time of the last change (draft-somers-ftp-mfxx §3). The reply
// repeats what was done.
func cmdMfmt(ctx context.Context, s *session, arg string) (ftp.Reply, error) {
	when, name, ok := timeAndName(arg, time.UTC)
	if !ok {
		return ftp.Reply{}, errTimeAndName
	}
	if err := s.setTime(ctx, name, when); err != nil {
		return ftp.Reply{}, failed(ftp.CodeDenied, "Could not set file modification time", err)
	}
	return ftp.Replyf(ftp.CodeFileStatus, "Modify=%s; %s", ftp.FormatTimeVal(when), name), nil
}

// cmdMfct sets the time of creation, where the store has one.
func cmdMfct(ctx context.Context, s *session, arg string) (ftp.Reply, error) {
	setter, ok := vfs.As[vfs.CreationTimeSetter](s.fsys)
	if !ok {
		return ftp.Reply{}, ftp.Errorf(ftp.CodeNotForParameter, "Creation times cannot be set here.")
	}
	when, arg, ok := timeAndName(arg, time.UTC)
	if !ok {
		return ftp.Reply{}, errTimeAndName
	}
	name, err := s.resolve(arg)
	if err == nil {
		err = setter.SetCreationTime(ctx, name, when)
	}
	if err != nil {
		return ftp.Reply{}, failed(ftp.CodeDenied, "Could not set file creation time", err)
	}
	return ftp.Replyf(ftp.CodeFileStatus, "Create=%s; %s", ftp.FormatTimeVal(when), arg), nil
}

// cmdMff sets facts: Modify and UNIX.mode (draft-somers-ftp-mfxx §5). All of
// them are checked before the first is set. It may do what MFMT and SITE CHMOD
// may, and nothing that those are denied.
func cmdMff(ctx context.Context, s *session, arg string) (ftp.Reply, error) {
	const text = "Could not set facts"
	list, file, ok := strings.Cut(arg, " ")
	if !ok || file == "" || !strings.HasSuffix(list, ";") {
		return ftp.Reply{}, ftp.Errorf(ftp.CodeBadArgument, "Want fact=value;... a space, and a name.")
	}
	var steps []func() error
	for fact := range strings.SplitSeq(strings.TrimSuffix(list, ";"), ";") {
		name, value, _ := strings.Cut(fact, "=")
		step, err := s.factStep(ctx, strings.ToLower(name), value, file)
		if err != nil {
			return ftp.Reply{}, failed(ftp.CodeDenied, text, err)
		}
		steps = append(steps, step)
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return ftp.Reply{}, failed(ftp.CodeDenied, text, err)
		}
	}
	return ftp.Replyf(ftp.CodeFileStatus, "%s %s", list, file), nil
}

// factStep is what sets one fact, or why it cannot.
func (s *session) factStep(ctx context.Context, fact, value, file string) (func() error, error) {
	switch fact {
	case "modify":
		if err := s.mayFact(file, "MFMT", vfs.PermSetTime); err != nil {
			return nil, err
		}
		when, err := ftp.ParseTimeVal(value)
		if err != nil {
			return nil, errTimeAndName
		}
		return func() error { return s.setTime(ctx, file, when) }, nil
	case "unix.mode":
		if err := s.mayFact(file, "SITE CHMOD", vfs.PermChmod); err != nil {
			return nil, err
		}
		mode, err := parseMode(value)
		if err != nil {
			return nil, err
		}
		return func() error { return s.chmod(ctx, file, mode) }, nil
	}
	return nil, ftp.Errorf(ftp.CodeNotForParameter, "Fact %s cannot be set.", strconv.Quote(fact))
}

// mayFact says whether a fact may be set: by the command that does the same, and
// on that file.
func (s *session) mayFact(file string, like ftp.Verb, need vfs.Perm) error {
	name, err := s.resolve(file)
	switch {
	case err != nil:
		return err
	case !s.offers(like), !s.mayUse(like), !s.user.Access.Allowed(name).Has(need):
		return vfs.ErrPermission
	}
	return nil
}

// cmdSiteUtime takes both forms that clients send: "YYYYMMDDhhmm[ss] name", and
// "name YYYYMMDDhhmmss YYYYMMDDhhmmss YYYYMMDDhhmmss UTC" with the times of
// access, change and creation.
func cmdSiteUtime(ctx context.Context, s *session, arg string) (ftp.Reply, error) {
	when, name, err := parseUtime(arg)
	if err != nil {
		return ftp.Reply{}, ftp.Errorf(ftp.CodeBadArgument, "Want SITE UTIME YYYYMMDDhhmm[ss] <name>.")
	}
	if err := s.setTime(ctx, name, when); err != nil {
		return ftp.Reply{}, failed(ftp.CodeDenied, "Could not set file modification time", err)
	}
	return ftp.Replyf(ftp.CodeSiteOK, "SITE UTIME command ok."), nil
}

var errUtime = errors.New("neither form of SITE UTIME")

func parseUtime(arg string) (when time.Time, name string, err error) {
	if f := strings.Split(arg, " "); len(f) >= 5 && strings.EqualFold(f[len(f)-1], "UTC") {
		n := len(f)
		if when, err = ftp.ParseTimeVal(f[n-3]); err == nil {
			return when, strings.Join(f[:n-4], " "), nil
		}
	}
	word, name, ok := strings.Cut(arg, " ")
	if len(word) == len("YYYYMMDDhhmm") {
		word += "00"
	}
	when, err = ftp.ParseTimeVal(word)
	if !ok || name == "" || err != nil {
		return time.Time{}, "", errUtime
	}
	return when, name, nil
}
