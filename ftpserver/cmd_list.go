package ftpserver

import (
	"bytes"
	"context"
	"errors"
	"path"

	"ferry/ftp"
	"ferry/internal/dtp"
	"ferry/internal/listing"
	"ferry/vfs"
)

// The words of the listing commands.
const (
	textListing   = "Here comes the directory listing."
	textListed    = "Directory send OK."
	textNoListing = "Failed to open directory"
)

func planList(ctx context.Context, s *session, arg string) (*transfer, error) {
	return s.planListing(ctx, arg, false)
}

func planNlst(ctx context.Context, s *session, arg string) (*transfer, error) {
	return s.planListing(ctx, arg, true)
}

func (s *session) planListing(ctx context.Context, arg string, names bool) (*transfer, error) {
	l, err := s.newLister(ctx, arg, names)
	if err != nil {
		return nil, listingError(err)
	}
	return &transfer{
		path: s.path, dir: Listing, typ: ftp.TypeASCII, opening: textListing, done: textListed,
		move:   func(st *dtp.Stream) error { return l.write(ctx, s.encoded(st)) },
		settle: listingError,
	}, nil
}

// listingError gives the words of a listing to the errors that are its own; a
// failure of the data connection keeps its own.
func listingError(err error) error {
	switch {
	case err == nil, dtp.CauseOf(err) != "":
		return err
	case errors.Is(err, listing.ErrTooLarge):
		return &ftp.Error{Cause: err, Reply: ftp.Replyf(ftp.CodeListingTooLarge,
			"Too many files to sort (more than %d), ask without -t, -S and -r.", listing.DefaultKeyLimit)}
	case errors.Is(err, listing.ErrPatternTooHard):
		return &ftp.Error{Cause: err, Reply: ftp.Replyf(ftp.CodeDenied, "That pattern takes too many steps to match.")}
	}
	return failed(ftp.CodeDenied, textNoListing, err)
}

// The limits of what STAT shows on the control connection: a reply is held as a
// whole, and a heading of -R may be as long as a pathname.
const (
	maxStatLines = 10_000
	maxStatBytes = 2 << 20
)

// statPath lists a path on the control connection.
func (s *session) statPath(ctx context.Context, arg string) (ftp.Reply, error) {
	if !s.user.Access.Allow.Has(vfs.PermList) {
		return ftp.Reply{}, ftp.Errorf(ftp.CodeDenied, "Permission denied.")
	}
	l, err := s.newLister(ctx, arg, false)
	if err != nil {
		return ftp.Reply{}, listingError(err)
	}
	out := &statWriter{lines: []string{"Status follows:"}}
	if err := l.write(ctx, out); err != nil {
		return ftp.Reply{}, listingError(err)
	}
	return ftp.Reply{Code: ftp.CodeFileStatus, Lines: append(out.lines, "End of status")}, nil
}

// statWriter makes lines of a reply of what is written to it. Every write ends
// at the end of a line.
type statWriter struct {
	lines []string
	size  int
}

func (w *statWriter) Write(p []byte) (int, error) {
	w.size += len(p)
	for line := range bytes.SplitSeq(bytes.TrimSuffix(p, []byte("\r\n")), []byte("\r\n")) {
		w.lines = append(w.lines, string(line))
	}
	if len(w.lines)-1 > maxStatLines || w.size > maxStatBytes {
		return 0, ftp.Errorf(ftp.CodeListingTooLarge, "Too many files for STAT (more than %d), use LIST.", maxStatLines)
	}
	return len(p), nil
}

// planMlsd lists a directory as facts, the directory itself first (RFC 3659 §7).
func planMlsd(ctx context.Context, s *session, arg string) (*transfer, error) {
	dir, err := s.resolve(arg)
	if err != nil {
		return nil, listingError(err)
	}
	info, err := s.fsys.Stat(ctx, dir)
	switch {
	case err != nil:
		return nil, listingError(err)
	case !info.IsDir():
		return nil, ftp.Errorf(ftp.CodeBadArgument, "MLSD lists directories only, use MLST.") // RFC 3659 §7.2.1
	}
	return &transfer{
		path: dir, dir: Listing, typ: ftp.TypeASCII, opening: textListing, done: textListed,
		move: func(st *dtp.Stream) error {
			return s.writeFacts(ctx, newLineWriter(s.encoded(st)), dir, info)
		},
		settle: listingError,
	}, nil
}

func (s *session) writeFacts(ctx context.Context, out *lineWriter, dir string, self vfs.Info) error {
	defer out.free()
	set := s.facts & s.offeredFacts()
	self.Name = "."
	e := s.entry(ctx, dir, &self)
	buf := listing.AppendFactsLine(out.buf, set, &e, listing.FactExtras{Perm: s.perm(dir, "", e.Mode), Type: ftp.EntryCurrent})
	if err := out.add(buf); err != nil {
		return err
	}
	for e, err := range s.entries(ctx, dir, nil) {
		if err != nil {
			return err
		}
		if err := out.add(listing.AppendFactsLine(out.buf, set, e, listing.FactExtras{Perm: s.perm(dir, e.Name, e.Mode)})); err != nil {
			return err
		}
	}
	return out.flush()
}

// cmdMlst tells the facts of one file on the control connection. The name is
// the whole pathname.
func cmdMlst(ctx context.Context, s *session, arg string) (ftp.Reply, error) {
	const text = "Could not get facts"
	name, err := s.resolve(arg)
	if err != nil {
		return ftp.Reply{}, failed(ftp.CodeDenied, text, err)
	}
	info, err := s.fsys.Lstat(ctx, name)
	if err != nil {
		return ftp.Reply{}, failed(ftp.CodeDenied, text, err)
	}
	e := s.entry(ctx, path.Dir(name), &info)
	e.Name = name
	line := listing.AppendFacts(nil, s.facts&s.offeredFacts(), &e, listing.FactExtras{Perm: s.perm(name, "", e.Mode)})
	return ftp.Reply{Code: ftp.CodeFileActionOK, Lines: []string{"Listing " + name, " " + string(line), "End"}}, nil
}
