package daemon

import (
	"path"
	"strings"

	"ferry/internal/config"
	"ferry/internal/listing"
	"ferry/vfs"
)

// accessOf is what the settings let a user do.
func accessOf(s *config.Settings, anonymous, writeAll bool) (vfs.Policy, error) {
	p := vfs.Policy{Allow: permOf(s, anonymous, writeAll)}
	if anonymous && s.AnonWorldReadableOnly {
		p.ReadMode = 0o004
	}
	patterns := make(map[string]listing.PatternList)
	for option, value := range map[string]string{
		"deny_file": s.DenyFile, "hide_file": s.HideFile, "download_file": s.DownloadFile, "upload_file": s.UploadFile,
	} {
		list, err := listing.NewPatternList(value)
		if err != nil {
			return vfs.Policy{}, oops("bad pattern: "+value, option, err)
		}
		patterns[option] = list
	}
	if deny := patterns["deny_file"]; !deny.Empty() {
		p.Denied = deny.MatchPath
	}
	p.Denied = either(dotFile(s), p.Denied)
	p.Hidden = either(dotFile(s), byName(patterns["hide_file"]))
	p.MayRead = byName(patterns["download_file"])
	p.MayWrite = byName(patterns["upload_file"])
	return p, nil
}

// permOf reads the switches. The anonymous need one of their own beside
// write_enable for each thing.
func permOf(s *config.Settings, anonymous, writeAll bool) vfs.Perm {
	var p vfs.Perm
	grant := func(when bool, perm vfs.Perm) {
		if when {
			p |= perm
		}
	}
	grant(s.DirlistEnable, vfs.PermList)
	grant(s.DownloadEnable, vfs.PermRead)
	if !s.WriteEnable {
		return p
	}
	if !anonymous || writeAll {
		return p | vfs.PermAll&^vfs.PermReadOnly
	}
	grant(s.AnonUploadEnable, vfs.PermCreate)
	grant(s.AnonMkdirWriteEnable, vfs.PermMkdir)
	grant(s.AnonOtherWriteEnable, vfs.PermAppend|vfs.PermDelete|vfs.PermRmdir|vfs.PermRename|vfs.PermSetTime)
	grant(s.AnonOtherWriteEnable && s.AnonUploadEnable, vfs.PermOverwrite)
	return p
}

// byName asks a list of patterns about the last element of a pathname; nil for
// an empty list.
func byName(list listing.PatternList) func(string) bool {
	if list.Empty() {
		return nil
	}
	return func(name string) bool { return list.MatchName(path.Base(name)) }
}

// dotFile is true for names that begin with a dot, if those are not served.
func dotFile(s *config.Settings) func(string) bool {
	if s.DotFiles {
		return nil
	}
	return func(name string) bool { return strings.HasPrefix(path.Base(name), ".") }
}

// either joins two questions, each of which may be nil.
func either(a, b func(string) bool) func(string) bool {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return func(name string) bool { return a(name) || b(name) }
}
