package mirror

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"ferry/ftp"
	"ferry/ftpclient"
)

// habit is how a server lists.
type habit struct {
	known bool
	facts bool   // by MLSD, whose names may be pathnames
	all   bool   // LIST takes -a, without which names with a dot may be missing
	self  bool   // a listing has the directory itself in it
	home  string // the working directory after the login, where LIST is all there is
}

// begin finds out how the server lists, and whether the tree is there: an empty
// listing is no proof, as some servers give one of what is not there.
func (s *server) begin(ctx context.Context, c *ftpclient.Conn) (there bool, err error) {
	h := habit{known: true}
	if _, h.facts = c.Feature("MLST"); h.facts && s.base != "" {
		e, err := c.Stat(ctx, s.base)
		switch {
		case missing(err):
			return false, nil
		case err != nil && !ftpclient.Code(err).Permanent():
			return false, err
		case err == nil && e.IsDir():
		default: // a link may lead to a directory
			if there, err := isDir(ctx, c, s.base); err != nil || !there {
				return false, cmpError(err, fmt.Errorf("%s is no directory", s.base))
			}
		}
	}
	if !h.facts {
		if h.home, err = c.Getwd(ctx); err != nil {
			return false, err
		}
		if s.base != "" {
			err := c.Chdir(ctx, s.base)
			switch {
			case missing(err):
				return false, nil
			case err != nil:
				return false, err
			}
			if err := c.Chdir(ctx, h.home); err != nil {
				return false, err
			}
		}
	}
	if s.habit.known {
		return true, nil
	}
	s.habit = h
	return true, s.learn(ctx, c)
}

// cmpError is the first error that is one.
func cmpError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// learn lists the tree's own directory to see how the server does it.
func (s *server) learn(ctx context.Context, c *ftpclient.Conn) error {
	plain, _, err := s.list(ctx, c, "")
	if err != nil {
		return err
	}
	s.habit.self = c.ListedSelf()
	if s.habit.facts {
		return nil
	}
	h := s.habit
	s.habit.all = true
	all, _, err := s.list(ctx, c, "")
	switch {
	case err != nil && ftpclient.Code(err) == 0:
		return err
	case err != nil || all.Doubt != "" || !c.ListedSelf() && len(all.Entries) == 0 || !contains(all, plain):
		s.habit = h // it takes -a for something else
	default:
		s.habit.self = c.ListedSelf()
	}
	return nil
}

// contains says that a has every name of b.
func contains(a, b *Dir) bool {
	for i := range b.Entries {
		if !slices.ContainsFunc(a.Entries, func(e Entry) bool { return e.Name == b.Entries[i].Name }) {
			return false
		}
	}
	return true
}

// list lists one directory. What the server refuses to list is a Dir with doubt; an
// error is one of the connection. ids are what the server calls the directories
// among the entries, where it does.
func (s *server) list(ctx context.Context, c *ftpclient.Conn, name Path) (d *Dir, ids map[string]string, err error) {
	argument := s.at(name)
	if s.habit.facts {
		return s.read(ctx, c, argument)
	}
	// To LIST a space or a hyphen in a name may mean something.
	if argument != "" {
		if err := c.Chdir(ctx, argument); err != nil {
			return refused(err)
		}
	}
	option := ""
	if s.habit.all {
		option = "-a"
	}
	if d, ids, err = s.read(ctx, c, option); err != nil || argument == "" {
		return d, ids, err
	}
	return d, ids, c.Chdir(ctx, s.habit.home)
}

// read reads one listing.
func (s *server) read(ctx context.Context, c *ftpclient.Conn, argument string) (*Dir, map[string]string, error) {
	d := &Dir{}
	ids := make(map[string]string)
	var last ftp.Reply
	ctx = ftpclient.WithTrace(ctx, &ftpclient.Trace{Received: func(r ftp.Reply) {
		if r.Code == ftp.CodeTransferOK || r.Code == ftp.CodeFileActionOK {
			last = r
		}
	}})
	for e, err := range c.List(ctx, argument) {
		switch {
		case errors.Is(err, ftpclient.ErrLine):
			d.doubt("the listing has a line that nobody understands: " + shortened(err))
		case err != nil:
			return refused(err)
		case len(d.Entries) == maxEntries:
			return nil, nil, fmt.Errorf("%w: a directory has more than %d files", ErrEndless, maxEntries)
		default:
			d.Entries = append(d.Entries, entryOf(&e))
			if e.ID != "" && e.IsDir() {
				ids[e.Name] = e.ID
			}
		}
	}
	says := strings.Join(last.Lines, " ")
	if truncated.MatchString(says) {
		d.doubt(fmt.Sprintf("the server says: %d %s", last.Code, says))
	}
	if len(d.Entries) == 0 && !c.ListedSelf() {
		switch {
		case failure.MatchString(says):
			d.doubt(fmt.Sprintf("the server says: %d %s", last.Code, says))
		case s.habit.self:
			d.doubt("the server lists nothing, not even the directory itself")
		}
		d.Unread = d.Doubt != ""
	}
	d.sort()
	return d, ids, nil
}

// failure is what servers say behind an empty listing whose directory they could not
// open, with a code of success: vsftpd "226 Transfer done (but failed to open
// directory)."
var failure = regexp.MustCompile(`(?i)\b(fail|den(y|ied)|cannot|can't|could ?n[o']t|unable|no such|not (found|permitted|allowed)|permission)`)

// truncated is what servers say behind a listing that has not all: Pure-FTPd "226
// Output truncated to 2000 matches".
var truncated = regexp.MustCompile(`(?i)truncated`)

// refused is for a listing that failed.
func refused(err error) (*Dir, map[string]string, error) {
	if ftpclient.Code(err).Permanent() {
		return &Dir{Doubt: shortened(err), Unread: true}, nil, nil
	}
	return nil, nil, err
}

// shortened is an error as the reason for a doubt.
func shortened(err error) string {
	if e, ok := errors.AsType[*ftpclient.Error](err); ok && e.Reply.Code != 0 {
		return fmt.Sprintf("the server says: %d %s", e.Reply.Code, e.Reply.Text())
	}
	return err.Error()
}

func entryOf(e *ftpclient.Entry) Entry {
	s := State{Kind: kindOf(e.Mode), Size: -1, Time: e.ModTime.UTC(), Precision: e.Precision}
	if s.Kind == File {
		s.Size = e.Size
	}
	if e.ModTime.IsZero() {
		s.Time, s.Precision = e.ModTime, 0
	}
	return Entry{Name: e.Name, State: s}
}
