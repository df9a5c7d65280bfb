package sys

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// Dirent is one entry of a directory, as getdents64(2) tells it.
type Dirent struct {
	Name string
	// Type holds the type bits of fs.FileMode, no permission bits;
	// fs.ModeIrregular where the file system does not say.
	Type fs.FileMode
}

// Dir reads the entries of a directory in batches: its memory does not grow
// with the directory, and the first entry is there after one system call. It is
// for one goroutine. The names of a batch share their memory.
type Dir struct {
	fd   int
	buf  *[]byte
	rest string // of the batch
}

// direntBatch is the size of a batch in bytes: about a thousand short names.
const direntBatch = 32 << 10

var direntBuffers = sync.Pool{New: func() any {
	b := make([]byte, direntBatch)
	return &b
}}

// NewDir reads from fd, a directory opened for reading, and closes it in Close.
func NewDir(fd int) *Dir {
	return &Dir{fd: fd, buf: direntBuffers.Get().(*[]byte)}
}

// Close gives everything back; the Dir is of no use afterwards.
func (d *Dir) Close() error {
	direntBuffers.Put(d.buf)
	d.buf, d.rest = nil, ""
	return Close(d.fd)
}

// Next returns the next entry without "." and "..", or io.EOF.
func (d *Dir) Next() (Dirent, error) {
	for {
		if len(d.rest) == 0 {
			n, err := retryFD(func() (int, error) { return unix.ReadDirent(d.fd, *d.buf) })
			if errors.Is(err, unix.ENOENT) || err == nil && n == 0 {
				// ENOENT: the directory itself was removed meanwhile, which
				// leaves it empty.
				return Dirent{}, io.EOF
			}
			if err != nil {
				return Dirent{}, err
			}
			d.rest = string((*d.buf)[:n])
		}
		entry, size, err := parseDirent(d.rest)
		if err != nil {
			return Dirent{}, err
		}
		d.rest = d.rest[size:]
		if entry.Name != "" && entry.Name != "." && entry.Name != ".." {
			return entry, nil
		}
	}
}

// Lstat describes an entry of the directory; a symbolic link is not followed.
func (d *Dir) Lstat(name string) (Stat, error) { return Lstatat(d.fd, name) }

// The layout of struct linux_dirent64 (getdents64(2)).
const (
	direntReclen = 16
	direntType   = 18
	direntName   = 19
)

// parseDirent reads the first record of s and says how long it is. An entry
// without an inode is a hole in the directory: its name comes back empty.
func parseDirent(s string) (Dirent, int, error) {
	if len(s) < direntName {
		return Dirent{}, 0, fmt.Errorf("directory record of %d bytes: %w", len(s), unix.EIO)
	}
	head := []byte(s[:direntName])
	size := int(binary.NativeEndian.Uint16(head[direntReclen:]))
	if size < direntName || size > len(s) {
		return Dirent{}, 0, fmt.Errorf("directory record says %d of %d bytes: %w", size, len(s), unix.EIO)
	}
	if binary.NativeEndian.Uint64(head) == 0 {
		return Dirent{}, size, nil
	}
	name := s[direntName:size]
	if i := strings.IndexByte(name, 0); i >= 0 {
		name = name[:i]
	}
	return Dirent{Name: name, Type: direntMode(head[direntType])}, size, nil
}

// direntMode turns d_type, which is the type of st_mode shifted right by 12
// bits (readdir(3), DTTOIF), into Go's form.
func direntMode(t byte) fs.FileMode { return FileMode(uint32(t) << 12).Type() }
