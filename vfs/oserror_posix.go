//go:build !windows

package vfs

import "syscall"

// kindOf returns the kind of an error number, nil if it has none or package
// syscall knows it already (ENOENT, EEXIST, EACCES, EPERM, ENOSYS, EOPNOTSUPP).
func kindOf(errno syscall.Errno) error {
	switch errno {
	case syscall.EISDIR:
		return ErrIsDir
	case syscall.ENOTDIR:
		return ErrNotDir
	case syscall.ENOTEMPTY:
		return ErrNotEmpty
	case syscall.ENXIO, syscall.ENODEV:
		// open(2): a socket, a FIFO nobody reads, a device without a driver.
		return ErrNotRegular
	case syscall.ENOSPC:
		return ErrNoSpace
	case syscall.EDQUOT, syscall.EFBIG:
		// EFBIG is the limit of file size that the process was given.
		return ErrQuota
	case syscall.ETXTBSY:
		return ErrLocked
	case syscall.ENAMETOOLONG:
		return ErrNameTooLong
	case syscall.ELOOP:
		return ErrLoop
	case syscall.EXDEV:
		return ErrCrossDevice
	case syscall.EROFS:
		return ErrPermission
	case syscall.EINVAL, syscall.EILSEQ:
		// EILSEQ: bytes that this file system takes in no name.
		return ErrInvalid
	}
	return nil
}
