package ftpserver

import (
	"context"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ferry/ftp"
	"ferry/vfs"
)

func cmdSiteHelp(_ context.Context, s *session, _ string) (ftp.Reply, error) {
	var names []string
	for _, verb := range slices.Sorted(maps.Keys(commands)) {
		if sub, ok := strings.CutPrefix(string(verb), "SITE "); ok && s.mayUse(verb) && s.offers(verb) {
			names = append(names, sub)
		}
	}
	return ftp.Replyf(ftp.CodeHelp, "%s", strings.Join(names, " ")), nil
}

func cmdSiteChmod(ctx context.Context, s *session, arg string) (ftp.Reply, error) {
	if !s.policy.ChmodEnable {
		return ftp.Reply{}, ftp.Errorf(ftp.CodeDenied, "Permission denied.")
	}
	word, file, ok := strings.Cut(arg, " ")
	if !ok || file == "" {
		return ftp.Reply{}, ftp.Errorf(ftp.CodeBadArgument, "SITE CHMOD needs 2 arguments.")
	}
	mode, err := parseMode(word)
	if err != nil {
		return ftp.Reply{}, err
	}
	if err := s.chmod(ctx, file, mode); err != nil {
		return ftp.Reply{}, failed(ftp.CodeDenied, "SITE CHMOD command failed", err)
	}
	return ftp.Replyf(ftp.CodeSiteOK, "SITE CHMOD command ok."), nil
}

func (s *session) chmod(ctx context.Context, file string, mode fs.FileMode) error {
	name, err := s.resolve(file)
	if err != nil {
		return err
	}
	c, ok := vfs.As[vfs.Chmodder](s.fsys)
	if !ok {
		return vfs.ErrUnsupported
	}
	return c.Chmod(ctx, name, mode)
}

// cmdSiteUmask tells or sets the umask of this session's uploads.
func cmdSiteUmask(_ context.Context, s *session, arg string) (ftp.Reply, error) {
	switch {
	case !s.policy.Upload.UmaskEnable:
		return ftp.Reply{}, ftp.Errorf(ftp.CodeDenied, "Permission denied.")
	case arg == "":
		return ftp.Replyf(ftp.CodeSiteOK, "Your current UMASK is %#o", uint32(s.umask)), nil
	}
	mask, err := strconv.ParseUint(arg, 8, 16)
	if err != nil || mask > 0o777 {
		return ftp.Reply{}, ftp.Errorf(ftp.CodeBadArgument, "Want an octal mask from 0 to 777.")
	}
	s.umask = fs.FileMode(mask)
	return ftp.Replyf(ftp.CodeSiteOK, "UMASK set to %#o", mask), nil
}

// parseMode reads permission bits as chmod(1) writes them: octal, up to 7777.
func parseMode(text string) (fs.FileMode, error) {
	n, err := strconv.ParseUint(text, 8, 16)
	if err != nil || n > 0o7777 {
		return 0, ftp.Errorf(ftp.CodeBadArgument, "Want an octal mode from 0 to 7777.")
	}
	mode := fs.FileMode(n & 0o777)
	if n&0o4000 != 0 {
		mode |= fs.ModeSetuid
	}
	if n&0o2000 != 0 {
		mode |= fs.ModeSetgid
	}
	if n&0o1000 != 0 {
		mode |= fs.ModeSticky
	}
	return mode, nil
}
