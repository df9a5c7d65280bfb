package ftpserver

import (
	"context"
	"io/fs"
	"iter"
	"path"

	"ferry/ftp"
	"ferry/internal/listing"
	"ferry/vfs"
)

// entry is what a listing tells of a file. dir is where it stands, for the
// target of a symbolic link.
func (s *session) entry(ctx context.Context, dir string, info *vfs.Info) listing.Entry {
	policy := &s.policy.Listing
	e := listing.Entry{
		Name: info.Name, Mode: info.Mode, Size: info.Size, ModTime: info.ModTime,
		UID: info.UID, GID: info.GID, Nlink: info.Nlink, Target: info.Target, ID: info.ID,
	}
	if !policy.HideIDs {
		if policy.UserName != nil {
			e.Owner = policy.UserName(info.UID)
		}
		if policy.GroupName != nil {
			e.Group = policy.GroupName(info.GID)
		}
	}
	if e.IsSymlink() && e.Target == "" {
		if links, ok := vfs.As[vfs.LinkReader](s.fsys); ok {
			e.Target, _ = links.ReadLink(ctx, path.Join(dir, info.Name)) // without it the line lacks "-> target"
		}
	}
	return e
}

// entries yields what a directory holds, as far as visible says. Each entry counts until the next.
func (s *session) entries(ctx context.Context, dir string, visible func(name string) bool) iter.Seq2[*listing.Entry, error] {
	return func(yield func(*listing.Entry, error) bool) {
		var e listing.Entry
		for info, err := range s.fsys.List(ctx, dir) {
			if err != nil {
				yield(nil, err)
				return
			}
			if visible != nil && !visible(info.Name) {
				continue
			}
			e = s.entry(ctx, dir, &info)
			if !yield(&e, nil) {
				return
			}
		}
	}
}

// withDots puts "." and ".." before the entries of a directory (ls -a).
func (s *session) withDots(ctx context.Context, dir string, entries iter.Seq2[*listing.Entry, error]) iter.Seq2[*listing.Entry, error] {
	return func(yield func(*listing.Entry, error) bool) {
		for _, dot := range [...]struct{ name, at string }{{".", dir}, {"..", path.Dir(dir)}} {
			info, err := s.fsys.Stat(ctx, dot.at)
			if err != nil {
				continue
			}
			info.Name = dot.name
			e := s.entry(ctx, dir, &info)
			if !yield(&e, nil) {
				return
			}
		}
		entries(yield)
	}
}

// defaultFacts are told unless the client selects others (OPTS MLST).
const defaultFacts = ftp.FactSet(1<<ftp.FactType | 1<<ftp.FactSize | 1<<ftp.FactModify | 1<<ftp.FactUnique |
	1<<ftp.FactPerm | 1<<ftp.FactUnixMode | 1<<ftp.FactUnixUID | 1<<ftp.FactUnixGID)

// offeredFacts are the facts that this session can have.
func (s *session) offeredFacts() ftp.FactSet {
	if s.policy.Listing.HideIDs {
		return listing.OfferedFacts &^ listing.OwnerFacts
	}
	return listing.OfferedFacts
}

// permFacts are the letters of the fact "perm" (RFC 3659 §7.5.5) for a session:
// of a directory, of a file, and of a file that may not be read.
type permFacts struct{ dir, file, unreadable string }

func permFactsOf(allow vfs.Perm) permFacts {
	letters := func(pairs ...any) string {
		var b []byte
		for i := 0; i < len(pairs); i += 2 {
			if need := pairs[i+1].(vfs.Perm); allow.Has(need) {
				b = append(b, pairs[i].(string)...)
			}
		}
		return string(b)
	}
	always := vfs.Perm(0)
	return permFacts{
		dir: letters("c", vfs.PermCreate, "d", vfs.PermRmdir, "e", always, "f", vfs.PermRename,
			"l", vfs.PermList, "m", vfs.PermMkdir, "p", vfs.PermDelete),
		file: letters("a", vfs.PermAppend, "d", vfs.PermDelete, "f", vfs.PermRename,
			"r", vfs.PermRead, "w", vfs.PermOverwrite),
		unreadable: letters("a", vfs.PermAppend, "d", vfs.PermDelete, "f", vfs.PermRename, "w", vfs.PermOverwrite),
	}
}

// perm is the fact "perm" of a file: name in dir, or dir itself.
func (s *session) perm(dir, name string, mode fs.FileMode) string {
	access, perms := &s.user.Access, s.perms
	if access.AllowAt != nil {
		perms = permFactsOf(access.Allowed(path.Join(dir, name)))
	}
	switch need := access.ReadMode; {
	case mode.IsDir():
		return perms.dir
	case mode&need != need:
		return perms.unreadable
	}
	return perms.file
}
