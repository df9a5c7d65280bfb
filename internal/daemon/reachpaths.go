package daemon

import (
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
	if d.accounts.anon != nil {
		all = append(all, sandbox.Path{Name: d.accounts.anon.root, Reach: reachOf(permOf(s, true, d.opts.AnonymousWrite))})
	}
	if d.accounts.anon != nil && d.accounts.anon.own != "" {
		all = append(all, sandbox.Path{Name: d.accounts.anon.own, Reach: sys.ReachChange})
	}
	if l := d.accounts.local; l != nil {
		all = append(all, l.Paths()...)
	}
	for _, file := range d.certificates() {
		for _, dir := range sandbox.Folders(file) {
			all = append(all, sandbox.Path{Name: dir, Reach: sys.ReachRead})
		}
	}
	if dir := d.opts.CertificateDir; dir != "" && d.transport != nil {
		all = append(all, sandbox.Path{Name: dir, Reach: sys.ReachRead | sys.ReachWrite | sys.ReachCreate | sys.ReachRemove})
	}
	if d.transport != nil && s.ACMEDomains != "" {
		all = append(all, sandbox.Path{Name: s.ACMEStorage, Reach: sys.ReachRead | sys.ReachWrite | sys.ReachCreate | sys.ReachRemove})
		// Who signs for the authority.
		for _, dir := range []string{"/etc/ssl", "/etc/pki", "/usr/share/ca-certificates", "/usr/local/share/certs"} {
			all = append(all, sandbox.Path{Name: dir, Reach: sys.ReachRead, Optional: true})
		}
	}
	for _, file := range logPaths(s) {
		// After a rotation there is a new file.
		for _, dir := range sandbox.Folders(file) {
			all = append(all, sandbox.Path{Name: dir, Reach: sys.ReachWrite | sys.ReachCreate})
		}
	}
	return append(all, sandbox.SystemPaths(d.who == nil && sys.Euid() == 0)...)
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
