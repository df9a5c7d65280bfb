//go:build unix

package vfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"syscall"
	"testing"
)

func TestFromOS(t *testing.T) {
	for errno, kind := range map[syscall.Errno]error{
		syscall.ENOENT:       ErrNotExist,
		syscall.EEXIST:       ErrExist,
		syscall.EACCES:       ErrPermission,
		syscall.EPERM:        ErrPermission,
		syscall.EROFS:        ErrPermission,
		syscall.EINVAL:       ErrInvalid,
		syscall.EISDIR:       ErrIsDir,
		syscall.ENOTDIR:      ErrNotDir,
		syscall.ENOTEMPTY:    ErrNotEmpty,
		syscall.ENXIO:        ErrNotRegular,
		syscall.ENOSPC:       ErrNoSpace,
		syscall.EDQUOT:       ErrQuota,
		syscall.EFBIG:        ErrQuota,
		syscall.ETXTBSY:      ErrLocked,
		syscall.ENAMETOOLONG: ErrNameTooLong,
		syscall.ELOOP:        ErrLoop,
		syscall.EXDEV:        ErrCrossDevice,
		syscall.ENOSYS:       ErrUnsupported,
	} {
		for _, err := range []error{
			errno,
			&fs.PathError{Op: "write", Path: "/f", Err: errno},
			fmt.Errorf("copying: %w", &fs.PathError{Op: "write", Path: "/f", Err: errno}),
		} {
			got := FromOS(err)
			if !errors.Is(got, kind) || !errors.Is(got, errno) {
				t.Errorf("FromOS(%v) = %v, want both %v and the number", err, got, kind)
			}
			if got.Error() != err.Error() {
				t.Errorf("FromOS(%q) says %q", err, got)
			}
			if again := FromOS(got); again != got { //nolint:errorlint // the very same value is meant
				t.Errorf("FromOS twice makes %#v of %#v", again, got)
			}
		}
	}
	for _, err := range []error{nil, io.ErrUnexpectedEOF, ErrIsDir, syscall.EIO} {
		if got := FromOS(err); got != err { //nolint:errorlint // the very same is wanted
			t.Errorf("FromOS(%v) = %v", err, got)
		}
	}
}
