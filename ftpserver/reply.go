package ftpserver

import (
	"errors"
	"strings"
	"syscall"

	"ferry/ftp"
	"ferry/vfs"
)

// greeting is the first reply.
func greeting(text string) ftp.Reply {
	if text == "" {
		text = "FTP server ready."
	}
	return ftp.Reply{Code: ftp.CodeReady, Lines: lines(text)}
}

// lines splits a text of several lines, whatever ends them, without a last empty
// one.
func lines(text string) []string {
	text = strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	return strings.Split(text, "\n")
}

// denied is the answer to whoever may not.
var denied = ftp.Replyf(ftp.CodeDenied, "Permission denied.")

// failure is an error with the words of the command that failed: "Failed to
// open file." with 550, say. The kind of error may choose another code.
type failure struct {
	code ftp.Code
	text string // without the full stop
	err  error
}

func (f *failure) Error() string { return f.text + ": " + f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// failed wraps an error of the store with the command's own words. nil stays
// nil.
func failed(code ftp.Code, text string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*ftp.Error](err); ok {
		return err
	}
	return &failure{code, text, err}
}

// kinds says what the kinds of error are to a client. The code 0 keeps the
// command's. The first that fits counts: what is not empty exists too.
var kinds = []struct {
	kind error
	code ftp.Code
	text string
}{
	{vfs.ErrTaken, 0, "it exists and may not be replaced"},
	{vfs.ErrPermission, 0, "permission denied"},
	{vfs.ErrNotExist, 0, "no such file or directory"},
	{vfs.ErrNotEmpty, 0, "the directory is not empty"},
	{vfs.ErrExist, 0, "it exists already"},
	{vfs.ErrIsDir, 0, "it is a directory"},
	{vfs.ErrNotDir, 0, "not a directory"},
	{vfs.ErrNotRegular, 0, "not a regular file"},
	{vfs.ErrNoSpace, ftp.CodeNoSpace, "no space left"},
	{vfs.ErrQuota, ftp.CodeQuota, "quota exceeded"},
	{vfs.ErrLocked, ftp.CodeFileBusy, "the file is being written by somebody else"},
	{vfs.ErrNameTooLong, ftp.CodeBadName, "the name is too long"},
	{vfs.ErrLoop, 0, "too many symbolic links"},
	{vfs.ErrCrossDevice, 0, "not on the same file system"},
	{vfs.ErrUnsupported, ftp.CodeNotForParameter, "the store cannot do that"},
	{vfs.ErrInvalid, 0, "not possible with that name"},
}

// replyOf is the one function that turns an error into a reply.
func replyOf(err error) ftp.Reply {
	if e, ok := errors.AsType[*ftp.Error](err); ok {
		return e.Reply
	}
	code, text := ftp.CodeDenied, "Failed"
	if f, ok := errors.AsType[*failure](err); ok {
		code, text = f.code, f.text
	}
	if errors.Is(err, vfs.ErrPermission) && !errors.Is(err, vfs.ErrTaken) {
		// What the server's own rules refuse is told from what the system does to
		// this user, as vsftpd tells it.
		if _, system := errors.AsType[syscall.Errno](err); !system {
			return denied
		}
	}
	for _, k := range kinds {
		if !errors.Is(err, k.kind) {
			continue
		}
		if k.code != 0 {
			code = k.code
		}
		return ftp.Replyf(code, "%s: %s.", text, k.text)
	}
	return ftp.Replyf(code, "%s.", text)
}
