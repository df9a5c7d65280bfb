package ftpserver

import (
	"context"
	"io"
	"strings"

	"ferry/ftp"
	"ferry/vfs"
)

func cmdCwd(ctx context.Context, s *session, arg string) (ftp.Reply, error) {
	const text = "Failed to change directory"
	name, err := s.resolve(arg)
	if err != nil {
		return ftp.Reply{}, failed(ftp.CodeDenied, text, err)
	}
	if err := s.enter(ctx, name); err != nil {
		return ftp.Reply{}, failed(ftp.CodeDenied, text, err)
	}
	s.dir = name
	return ftp.Reply{Code: ftp.CodeFileActionOK, Lines: append(s.message(ctx), "Directory successfully changed.")}, nil
}

// enter says whether name can become the working directory.
func (s *session) enter(ctx context.Context, name string) error {
	if e, ok := vfs.As[vfs.Enterer](s.fsys); ok {
		return e.Enter(ctx, name)
	}
	info, err := s.fsys.Stat(ctx, name)
	if err == nil && !info.IsDir() {
		err = vfs.ErrNotDir
	}
	return err
}

func cmdCdup(ctx context.Context, s *session, _ string) (ftp.Reply, error) {
	return cmdCwd(ctx, s, "..")
}

func cmdPwd(_ context.Context, s *session, _ string) (ftp.Reply, error) {
	s.path = s.dir
	return ftp.Replyf(ftp.CodePathname, "%s is the current directory", quoteName(s.dir)), nil
}

func cmdMkd(ctx context.Context, s *session, arg string) (ftp.Reply, error) {
	const text = "Create directory operation failed"
	name, err := s.resolve(arg)
	if err == nil {
		err = s.fsys.Mkdir(ctx, name, 0o777&^s.umask)
	}
	if err != nil {
		return ftp.Reply{}, failed(ftp.CodeDenied, text, err)
	}
	return ftp.Replyf(ftp.CodePathname, "%s created", quoteName(name)), nil
}

func cmdRmd(ctx context.Context, s *session, arg string) (ftp.Reply, error) {
	const text = "Remove directory operation failed"
	name, err := s.resolve(arg)
	if err == nil {
		err = s.fsys.Rmdir(ctx, name)
	}
	if err != nil {
		return ftp.Reply{}, failed(ftp.CodeDenied, text, err)
	}
	return ftp.Replyf(ftp.CodeFileActionOK, "Remove directory operation successful."), nil
}

// quoteName puts a pathname between quotes and doubles those inside (RFC 959,
// appendix II).
func quoteName(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// Limits of a directory's message, as much as vsftpd shows, and of the directories that a session
// remembers to have shown.
const (
	maxMessage = 4000
	maxTold    = 1000
)

// message is the text of the working directory, shown once a session; nil if
// there is none.
func (s *session) message(ctx context.Context) []string {
	if s.policy.Message == "" || len(s.told) >= maxTold {
		return nil
	}
	if _, shown := s.told[s.dir]; shown {
		return nil
	}
	if s.told == nil {
		s.told = make(map[string]struct{})
	}
	s.told[s.dir] = struct{}{}
	name, err := vfs.Clean(s.dir, s.policy.Message)
	if err != nil {
		return nil
	}
	// Not through the restricted store: the administrator wants it shown even
	// where the user may not fetch it.
	r, err := s.user.FS.Open(ctx, name, 0)
	if err != nil {
		return nil
	}
	defer func() { _ = r.Close() }()
	text, err := io.ReadAll(io.LimitReader(r, maxMessage))
	if err != nil || len(text) == 0 {
		return nil
	}
	return lines(s.ownText(string(text)))
}
