package nsnet

import (
	"io/fs"
	"strings"
)

// switches are the kernel's settings that forbid user namespaces to those who are
// not root, below /proc/sys, with the value that forbids and the one that allows.
// The first and third exist only in the kernels of some distributions.
var switches = []struct{ file, forbids, allows string }{
	{"kernel/unprivileged_userns_clone", "0", "1"},
	{"kernel/apparmor_restrict_unprivileged_userns", "1", "0"},
	{"user/max_user_namespaces", "0", "10000"},
	{"user/max_net_namespaces", "0", "10000"},
	{"user/max_pid_namespaces", "0", "10000"},
	{"user/max_mnt_namespaces", "0", "10000"},
}

// wayOut says how to get the permission that a world needs, by what is set below
// /proc/sys.
func wayOut(proc fs.FS) string {
	var set []string
	for _, s := range switches {
		text, err := fs.ReadFile(proc, s.file)
		if err == nil && strings.TrimSpace(string(text)) == s.forbids {
			set = append(set, "sysctl "+strings.ReplaceAll(s.file, "/", ".")+"="+s.allows)
		}
	}
	if len(set) == 0 {
		return "root is needed, or user namespaces for everybody; no setting below /proc/sys forbids them, so it is the container or the seccomp filter that this runs in"
	}
	return "root is needed, or user namespaces for everybody, which root allows by: " + strings.Join(set, ", ")
}
