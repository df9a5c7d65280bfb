package config

import (
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxFile is the size in bytes up to which vsftpd reads a file (VSFTP_CONF_FILE_MAX).
const maxFile = 100000

// readFile reads a file of configuration for a process of the effective user
// euid (negative where there is no such thing). mine asks for a file of that user.
func readFile(name string, euid int, mine bool) ([]byte, *Complaint) {
	f, err := openFile(name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	text, complaint := readOpen(f, name, euid, mine)
	if err := f.Close(); err != nil && complaint == nil {
		return nil, unreadable(name, err)
	}
	return text, complaint
}

// readOpen checks and reads a file that is open: what is checked is what is
// read, whatever happens to the name.
func readOpen(f *os.File, name string, euid int, mine bool) ([]byte, *Complaint) {
	info, err := f.Stat()
	if err != nil {
		return nil, unreadable(name, err)
	}
	if !info.Mode().IsRegular() {
		return nil, &Complaint{
			File:    name,
			Message: oops + "config file not owned by correct user, or not a file",
			Hint:    "give the path of a regular file",
			Cause:   CauseFileNotRegular,
		}
	}
	uid, gid, ok := owner(info)
	if ok && mine && uid != uint32(euid) {
		return nil, &Complaint{
			File:    name,
			Message: oops + "config file not owned by correct user, or not a file",
			Hint:    fmt.Sprintf("the file of one user belongs to who runs the server: chown %d %s", euid, escape(name, maxShown)),
			Cause:   CauseFileOwner,
		}
	}
	if ok && euid == 0 && writableByOthers(info.Mode(), gid) {
		return nil, &Complaint{
			File:    name,
			Message: fmt.Sprintf("%sconfig file can be written by others (mode %04o)", oops, info.Mode().Perm()),
			Hint:    "chmod go-w " + escape(name, maxShown),
			Cause:   CauseFileWritable,
		}
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, unreadable(name, err)
	}
	if len(text) > maxFile {
		return nil, tooLarge(name)
	}
	return text, nil
}

// writableByOthers reports whether somebody beside its owner and root's group
// can write a file.
func writableByOthers(mode fs.FileMode, gid uint32) bool {
	return mode&0o002 != 0 || mode&0o020 != 0 && gid != 0
}

func unreadable(name string, err error) *Complaint {
	return &Complaint{
		File:    name,
		Message: oops + "cannot read config file: " + escape(name, maxShown),
		Hint:    escape(reason(err), maxShown),
		Cause:   CauseFileUnreadable,
		Err:     err,
	}
}

func tooLarge(name string) *Complaint {
	return &Complaint{
		File:    name,
		Message: fmt.Sprintf("%sconfig file larger than %d bytes", oops, maxFile),
		Hint:    "vsftpd reads no further than that, and ignores the rest without a word",
		Cause:   CauseFileTooLarge,
	}
}
