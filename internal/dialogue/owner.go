package dialogue

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// firstUID is the user number of a script's first account; the others follow.
const firstUID = 41001

// PopulateHost makes the script's tree in the folder dir as Populate does, where
// dir is a machine: what is below srv/home/NAME belongs to the account NAME,
// everything else to root, unless an owner: line says otherwise.
func (s *Script) PopulateHost(dir string) error {
	for _, u := range s.Users {
		home := filepath.Join(dir, "srv", "home", u.Name)
		if err := os.MkdirAll(home, 0o755); err != nil {
			return fmt.Errorf("dialogue: %w", err)
		}
		if err := os.Chmod(home, 0o755); err != nil { // whatever the umask is
			return fmt.Errorf("dialogue: %w", err)
		}
		if err := os.Chown(home, u.UID, u.UID); err != nil {
			return fmt.Errorf("dialogue: %w", err)
		}
	}
	if err := s.Populate(dir); err != nil {
		return err
	}
	for _, e := range s.tree {
		if err := s.giveAway(dir, e); err != nil {
			return fmt.Errorf("dialogue: %w", err)
		}
	}
	return nil
}

// giveAway makes an entry's owner own it, and its permission bits hold again, of
// which the change of an owner takes some away.
func (s *Script) giveAway(dir string, e entry) error {
	owner := e.owner
	if below, ok := strings.CutPrefix(e.name, "srv/home/"); ok && owner == "" {
		owner, _, _ = strings.Cut(below, "/")
	}
	user, group, both := strings.Cut(owner, ":")
	uid, ok := s.id(user)
	if !ok && e.owner == "" {
		return nil
	}
	gid, ok2 := uid, ok
	if both {
		gid, ok2 = s.id(group)
	}
	if !ok || !ok2 {
		return fmt.Errorf("owner: nobody is called %q", owner)
	}
	name := filepath.Join(dir, filepath.FromSlash(e.name))
	// The folders on the way, which have no entry of their own.
	for parent := filepath.Dir(e.name); strings.Count(parent, "/") > 2 && s.entry(parent) == nil; parent = filepath.Dir(parent) {
		if err := os.Chown(filepath.Join(dir, parent), uid, gid); err != nil {
			return err
		}
	}
	if err := os.Chown(name, uid, gid); err != nil {
		return err
	}
	return os.Chmod(name, e.mode)
}

// entry is the tree's entry of that name, or nil.
func (s *Script) entry(name string) *entry {
	for i := range s.tree {
		if s.tree[i].name == name {
			return &s.tree[i]
		}
	}
	return nil
}

// id is the number of an account or of its group, of those that every host has, of
// further groups, or what is a number already.
func (s *Script) id(name string) (int, bool) {
	switch name {
	case "root":
		return 0, true
	case "ftp":
		return hostFTP, true
	}
	for _, u := range s.Users {
		if u.Name == name {
			return u.UID, true
		}
		for group := range strings.SplitSeq(u.Groups, ",") {
			if number, ok := strings.CutPrefix(group, name+":"); ok && name != "" {
				name = number
			}
		}
	}
	number, err := strconv.Atoi(name)
	return number, err == nil
}

// hostFTP is the number of the user ftp on a host.
const hostFTP = 40000

// checkOwner compares a file of the tree with "user group mode"; user and group
// are names of the host's own /etc.
func checkOwner(root, name, want string) error {
	path := filepath.Join(root, filepath.FromSlash(name))
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	uid, gid, ok := ownerOf(info)
	if !ok {
		return fmt.Errorf("file %s: this system tells no owner", name)
	}
	user, err := nameOf(filepath.Join(root, "etc", "passwd"), uid)
	if err != nil {
		return err
	}
	group, err := nameOf(filepath.Join(root, "etc", "group"), gid)
	if err != nil {
		return err
	}
	if got := fmt.Sprintf("%s %s %04o", user, group, permissions(info)); got != want {
		return fmt.Errorf("file %s belongs to %s, want %s", name, got, want)
	}
	return nil
}

// nameOf looks a number up in a file like passwd(5) or group(5).
func nameOf(file string, id uint32) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	number := strconv.FormatUint(uint64(id), 10)
	for line := range strings.Lines(string(text)) {
		if f := strings.Split(strings.TrimSpace(line), ":"); len(f) > 2 && f[2] == number {
			return f[0], nil
		}
	}
	return number, nil
}

// permissions are the bits that chmod(2) takes.
func permissions(info os.FileInfo) uint32 {
	mode := info.Mode()
	bits := uint32(mode.Perm())
	for flag, bit := range map[os.FileMode]uint32{os.ModeSetuid: 0o4000, os.ModeSetgid: 0o2000, os.ModeSticky: 0o1000} {
		if mode&flag != 0 {
			bits |= bit
		}
	}
	return bits
}
