package vfs

import "strings"

// Perm is a set of permissions.
type Perm uint32

// The permissions that a Policy can give. Asking what a file is (Stat, Lstat,
// ReadLink) needs none.
const (
	PermList      Perm = 1 << iota // read a directory
	PermRead                       // read a file
	PermCreate                     // make a new file
	PermOverwrite                  // replace, truncate or resume an existing file
	PermAppend                     // write at the end of an existing file
	PermDelete                     // remove a file
	PermRename                     // rename a file or directory
	PermMkdir                      // make a directory
	PermRmdir                      // remove a directory
	PermChmod                      // change permission bits and owner
	PermSetTime                    // change times

	permEnd
)

// PermAll is every permission; PermReadOnly those that change nothing.
const (
	PermAll      = permEnd - 1
	PermReadOnly = PermList | PermRead
)

var permNames = [...]string{
	"list", "read", "create", "overwrite", "append", "delete", "rename", "mkdir", "rmdir", "chmod", "settime",
}

// Has reports whether p has everything in q.
func (p Perm) Has(q Perm) bool { return p&q == q }

// String lists the permissions, joined by commas; "none" if there is none.
func (p Perm) String() string {
	if p&PermAll == 0 {
		return "none"
	}
	var names []string
	for i, name := range permNames {
		if p.Has(1 << i) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}
