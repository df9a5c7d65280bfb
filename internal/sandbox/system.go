package sandbox

import (
	"path/filepath"

	"ferry/internal/sys"
)

// SystemPaths are what the Go library reads of the system while a process runs:
// names of users, of hosts, of time zones, random numbers. root says that the
// process is the superuser's.
func SystemPaths(root bool) []Path {
	all := []Path{
		{Name: "/dev/null", Reach: sys.ReachRead | sys.ReachWrite, Optional: true},
		{Name: "/dev/urandom", Reach: sys.ReachRead, Optional: true},
		{Name: "/usr/share/zoneinfo", Reach: sys.ReachRead, Optional: true},
		// Where /etc/resolv.conf leads to, which is made anew with each network.
		{Name: "/run/systemd/resolve", Reach: sys.ReachRead, Optional: true},
		{Name: "/run/NetworkManager", Reach: sys.ReachRead, Optional: true},
		{Name: "/run/resolvconf", Reach: sys.ReachRead, Optional: true},
	}
	if !root {
		// Whole, as a rule for a file holds for that file, and programs that change
		// one of these put a new one in its place. What is secret there is not this
		// user's to read.
		return append(all, Path{Name: "/etc", Reach: sys.ReachRead, Optional: true})
	}
	// Root's are /etc/shadow and the keys of other servers: these files alone,
	// as they are now.
	for _, name := range []string{
		"passwd", "group", "hosts", "resolv.conf", "nsswitch.conf", "services", "protocols", "localtime", "gai.conf", "host.conf",
	} {
		all = append(all, Path{Name: "/etc/" + name, Reach: sys.ReachRead, Optional: true})
	}
	return all
}

// Folders are the directory that a file is in, and the one that it really is in,
// if a symbolic link leads there: what replaces a file needs its directory.
func Folders(file string) []string {
	dirs := []string{filepath.Dir(file)}
	if real, err := filepath.EvalSymlinks(file); err == nil && filepath.Dir(real) != dirs[0] {
		dirs = append(dirs, filepath.Dir(real))
	}
	return dirs
}
