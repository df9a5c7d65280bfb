package vfs

import "syscall"

// kindOf returns the kind of an error number, nil if it has none or package
// syscall knows it already (System Error Codes of the Windows API).
func kindOf(errno syscall.Errno) error {
	switch errno {
	case 17: // ERROR_NOT_SAME_DEVICE
		return ErrCrossDevice
	case 19: // ERROR_WRITE_PROTECT
		return ErrPermission
	case 32, 33: // ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION
		return ErrLocked
	case 39, 112: // ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL
		return ErrNoSpace
	case 87, 123: // ERROR_INVALID_PARAMETER, ERROR_INVALID_NAME
		return ErrInvalid
	case 145: // ERROR_DIR_NOT_EMPTY
		return ErrNotEmpty
	case 206: // ERROR_FILENAME_EXCED_RANGE
		return ErrNameTooLong
	case 267: // ERROR_DIRECTORY
		return ErrNotDir
	case 1295: // ERROR_DISK_QUOTA_EXCEEDED
		return ErrQuota
	case syscall.EISDIR:
		return ErrIsDir
	case syscall.ENOTDIR:
		return ErrNotDir
	case syscall.ELOOP:
		return ErrLoop
	case syscall.EINVAL:
		return ErrInvalid
	}
	return nil
}
