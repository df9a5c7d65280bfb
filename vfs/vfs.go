package vfs

import (
	"context"
	"io"
	"io/fs"
	"iter"
	"os"
	"time"
)

// FS is a store of files. All methods may be called from several goroutines at
// once. Every error that a caller may want to tell apart wraps one of the kinds
// in error.go. A name that is not Valid gives ErrInvalid; the root cannot be
// renamed, replaced or removed.
type FS interface {
	// Stat describes the file that name leads to, symbolic links followed.
	Stat(ctx context.Context, name string) (Info, error)

	// Lstat describes name itself: a symbolic link is not followed.
	Lstat(ctx context.Context, name string) (Info, error)

	// List yields the entries of a directory in the store's own order, without
	// "." and "..", each described as Lstat would. An entry that vanishes
	// meanwhile is left out, but in a large directory a store may look at some
	// hundred of them ahead of yielding them. An error ends the sequence and is yielded once,
	// with a zero Info. Nothing is held open after the sequence ends.
	List(ctx context.Context, name string) iter.Seq2[Info, error]

	// Open opens a regular file for reading at offset. An offset at or past
	// the end is not an error: the Reader is at its end. A negative one is
	// ErrInvalid. A directory gives ErrIsDir; what is neither gives
	// ErrNotRegular, without blocking on it.
	Open(ctx context.Context, name string, offset int64) (Reader, error)

	// Create opens a regular file for writing as the options say. Nothing is
	// promised to be visible to others before Commit.
	Create(ctx context.Context, name string, opts CreateOptions) (Writer, error)

	// Remove removes a file that is not a directory; a symbolic link itself,
	// not what it leads to. A directory gives ErrIsDir.
	Remove(ctx context.Context, name string) error

	// Rename renames a file or directory, replacing a file that has the new
	// name.
	Rename(ctx context.Context, from, to string) error

	// Mkdir makes a directory with exactly the permission bits of perm.
	Mkdir(ctx context.Context, name string, perm fs.FileMode) error

	// Rmdir removes an empty directory.
	Rmdir(ctx context.Context, name string) error
}

// Info describes one file.
type Info struct {
	// Name is the last element of the pathname, as stored ("/" for the root).
	Name string
	// Mode holds the type and the permission bits.
	Mode fs.FileMode
	// Size is the length in bytes; 0 where that means nothing.
	Size int64
	// ModTime is the time of the last change of the content.
	ModTime time.Time
	// UID and GID are the owner's and group's numbers; 0 where a store has none.
	UID, GID uint32
	// Nlink is the number of hard links, at least 1.
	Nlink uint64
	// Target is where a symbolic link points, as stored; empty otherwise, and
	// empty in the entries of List until ReadLink is asked.
	Target string
	// ID tells one file of the store from every other while it exists, across
	// names (device and inode, say); empty if the store has no such thing.
	ID string
}

// IsDir reports whether the file is a directory.
func (i Info) IsDir() bool { return i.Mode.IsDir() }

// IsRegular reports whether the file is a regular file.
func (i Info) IsRegular() bool { return i.Mode.IsRegular() }

// Reader reads an open file. A store of local files returns one that
// implements Filer too, so that the kernel can send it.
type Reader interface {
	io.ReadCloser
	// Info describes the open file, as of Open.
	Info() Info
}

// Writer writes a file. Exactly one of Commit and Abort ends it; both close
// what was open. After Commit returned nil the file has its whole content under
// its name. An object store may make everything visible in Commit alone.
//
// A file that was there before stays as it is until the first byte is written
// (or Filer asked for the file) or Commit: an upload that never begins costs nobody
// anything.
type Writer interface {
	io.Writer
	// Commit ends the file successfully.
	Commit(ctx context.Context) error
	// Abort ends the file after a failure. What was written stays if
	// CreateOptions.KeepPartial was set and the store can keep it (so that the
	// client can resume), else the file is removed, unless its name meanwhile
	// stands for another file. If nothing had been written a new file is removed
	// in any case, and one that was there before is untouched. A file that was
	// there before and was continued (Offset, Append) is never removed. With
	// CreateOptions.Atomic nothing of what was written stays, and whatever has the
	// name keeps it. The cause is for the log. Ended already, the Writer gives
	// fs.ErrClosed and touches nothing.
	Abort(cause error) error
}

// CreateOptions say how Create opens a file.
type CreateOptions struct {
	// Offset is where writing starts in an existing file (REST): what is
	// before it stays, what is behind it is cut off. An Offset past the end
	// (of a missing file: any but 0) gives ErrInvalid, so does a negative one.
	// 0 starts anew.
	Offset int64
	// Append writes at the end of an existing file; Offset is ignored.
	Append bool
	// Exclusive makes an existing name (of whatever kind) an ErrExist.
	Exclusive bool
	// Existing makes a missing file an ErrNotExist: none is made. Together with
	// Exclusive it is ErrInvalid.
	Existing bool
	// Perm are the exact permission bits of a new file: no umask is applied.
	Perm fs.FileMode
	// KeepPartial lets Abort keep what was written.
	KeepPartial bool
	// Lock takes an advisory exclusive lock on the file while it is written,
	// where the store has locks; a file that is locked gives ErrLocked at once.
	Lock bool
	// Atomic keeps what is written out of sight until Commit: then the whole file
	// takes the name at once, in the place of what had it, and Commit returns nil
	// only when that would outlast a crash of the system. Whatever comes in
	// between leaves the name as it is.
	//
	// It is a new file: permission bits and owner of the one that it replaces it
	// takes over as far as the store may set them, hard links and further
	// attributes it does not. Offset and Append begin with a copy of the file that
	// is there, so they cost its size, and permission to read it. KeepPartial
	// means nothing. Of two that write one name the last to commit wins, unless
	// Lock refuses the second; Exclusive refuses a name that is there when Commit
	// comes too, and one that another Exclusive or locked Writer of this process
	// is about to take. A store that cannot do it gives ErrUnsupported.
	Atomic bool
}

// Filer is implemented by a Reader or Writer over a local file, so that the
// kernel can move the bytes. The position of the file is where the Reader or
// Writer stands; whoever takes the file moves it, and still closes, commits or
// aborts through the Reader or Writer.
type Filer interface {
	// File returns the open file, or nil if it may not be used directly.
	File() *os.File
}
