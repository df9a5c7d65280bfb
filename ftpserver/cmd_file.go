package ftpserver

import (
	"context"

	"ferry/ftp"
	"ferry/vfs"
)

func cmdDele(ctx context.Context, s *session, arg string) (ftp.Reply, error) {
	const text = "Delete operation failed"
	name, err := s.resolve(arg)
	if err == nil {
		err = s.fsys.Remove(ctx, name)
	}
	if err != nil {
		return ftp.Reply{}, failed(ftp.CodeDenied, text, err)
	}
	return ftp.Replyf(ftp.CodeFileActionOK, "Delete operation successful."), nil
}

func cmdRnfr(ctx context.Context, s *session, arg string) (ftp.Reply, error) {
	const text = "RNFR command failed"
	s.renameFrom = ""
	name, err := s.resolve(arg)
	if err == nil {
		_, err = s.fsys.Lstat(ctx, name)
	}
	if err != nil {
		return ftp.Reply{}, failed(ftp.CodeDenied, text, err)
	}
	s.renameFrom = name
	return ftp.Replyf(ftp.CodePending, "Ready for RNTO."), nil
}

func cmdRnto(ctx context.Context, s *session, arg string) (ftp.Reply, error) {
	const text = "Rename failed"
	from := s.renameFrom
	s.renameFrom = ""
	if from == "" {
		return ftp.Reply{}, ftp.Errorf(ftp.CodeBadSequence, "RNFR required first.")
	}
	to, err := s.resolve(arg)
	if err == nil {
		err = s.fsys.Rename(ctx, from, to)
	}
	if err != nil {
		return ftp.Reply{}, failed(ftp.CodeDenied, text, err)
	}
	s.path, s.path2 = from, to
	return ftp.Replyf(ftp.CodeFileActionOK, "Rename successful."), nil
}

func cmdSize(ctx context.Context, s *session, arg string) (ftp.Reply, error) {
	const text = "Could not get file size"
	if s.typ == ftp.TypeASCII && s.policy.Download.ASCII {
		// The size would be that of the text as sent (RFC 3659 §4), for which
		// the whole file would have to be read.
		return ftp.Reply{}, ftp.Errorf(ftp.CodeDenied, "SIZE not allowed in ASCII mode.")
	}
	info, err := s.regular(ctx, arg)
	if err != nil {
		return ftp.Reply{}, failed(ftp.CodeDenied, text, err)
	}
	return ftp.Replyf(ftp.CodeFileStatus, "%d", info.Size), nil
}

// regular describes a regular file.
func (s *session) regular(ctx context.Context, arg string) (vfs.Info, error) {
	name, err := s.resolve(arg)
	if err != nil {
		return vfs.Info{}, err
	}
	info, err := s.fsys.Stat(ctx, name)
	if err == nil && !info.IsRegular() {
		err = vfs.ErrNotRegular
	}
	return info, err
}
