package daemon

import (
	"path/filepath"

	"ferry/internal/config"
	"ferry/internal/sandbox"
	"ferry/internal/sys"
	"ferry/vfs"
)

// paths are all paths that the process needs while it serves. What is open
// already needs none, nor does what is only asked about (stat) or connected to
// (the socket of the system's log).
func (d *Daemon) paths() []sandbox.Path {
	s := &d.opts.Settings
	var all []sandbox.Path
	if dir := d.anonymousRoot(); dir != "" {
		all = append(all, sandbox.Path{Name: dir, Reach: reachOf(permOf(s, true, d.opts.AnonymousWrite))})
	}
	perm := permOf(s, false, false)
	if len(d.opts.Users) > 0 {
		all = append(all, sandbox.Path{Name: s.LocalRoot, Reach: reachOf(perm)})
	}
	if v := d.accounts.virtual; v != nil {
		for dir := range v.reach.dirs {
			all = append(all, sandbox.Path{Name: dir, Reach: reachOf(perm)})
		}
		// SQLite has a journal beside the file.
		for _, dir := range folders(s.VirtualUsersFile) {
			all = append(all, sandbox.Path{Name: dir, Reach: sys.ReachRead | sys.ReachWrite | sys.ReachCreate | sys.ReachRemove})
		}
	}
	for _, file := range d.certificates() {
		for _, dir := range folders(file) {
			all = append(all, sandbox.Path{Name: dir, Reach: sys.ReachRead})
		}
	}
	if dir := d.opts.CertificateDir; dir != "" && d.transport != nil {
		all = append(all, sandbox.Path{Name: dir, Reach: sys.ReachRead | sys.ReachWrite | sys.ReachCreate | sys.ReachRemove})
	}
	for _, file := range logPaths(s) {
		// After a rotation there is a new file.
		for _, dir := range folders(file) {
			all = append(all, sandbox.Path{Name: dir, Reach: sys.ReachWrite | sys.ReachCreate})
		}
	}
	return append(all, d.systemPaths()...)
}

// systemPaths are what the Go library reads of the system while a server runs:
// names of users, of hosts, of time zones, random numbers for SQLite.
func (d *Daemon) systemPaths() []sandbox.Path {
	all := []sandbox.Path{
		{Name: "/dev/null", Reach: sys.ReachRead | sys.ReachWrite, Optional: true},
		{Name: "/dev/urandom", Reach: sys.ReachRead, Optional: true},
		{Name: "/usr/share/zoneinfo", Reach: sys.ReachRead, Optional: true},
		// Where /etc/resolv.conf leads to, which is made anew with each network.
		{Name: "/run/systemd/resolve", Reach: sys.ReachRead, Optional: true},
		{Name: "/run/NetworkManager", Reach: sys.ReachRead, Optional: true},
		{Name: "/run/resolvconf", Reach: sys.ReachRead, Optional: true},
	}
	if d.who != nil || sys.Euid() != 0 {
		// Whole, as a rule for a file holds for that file, and programs that change
		// one of these put a new one in its place. What is secret there is not this
		// user's to read.
		return append(all, sandbox.Path{Name: "/etc", Reach: sys.ReachRead, Optional: true})
	}
	// Root's are /etc/shadow and the keys of other servers: these files alone,
	// as they are now.
	for _, name := range []string{
		"passwd", "group", "hosts", "resolv.conf", "nsswitch.conf", "services", "protocols", "localtime", "gai.conf", "host.conf",
	} {
		all = append(all, sandbox.Path{Name: "/etc/" + name, Reach: sys.ReachRead, Optional: true})
	}
	return all
}

// reachOf is what a store needs of the system for a permission.
func reachOf(p vfs.Perm) sys.Reach {
	if p&^vfs.PermReadOnly == 0 {
		return sys.ReachRead
	}
	return sys.ReachChange
}

// logPaths are the log files that the settings name.
func logPaths(s *config.Settings) []string {
	var files []string
	if wantsXferlog(s) {
		files = append(files, s.XferlogFile)
	}
	if wantsVsftpdLog(s) {
		files = append(files, s.VsftpdLogFile)
	}
	return files
}

// folders are the directory that a file is in, and the one that it really is in,
// if a symbolic link leads there.
func folders(file string) []string {
	dirs := []string{filepath.Dir(file)}
	if real, err := filepath.EvalSymlinks(file); err == nil && filepath.Dir(real) != dirs[0] {
		dirs = append(dirs, filepath.Dir(real))
	}
	return dirs
}
