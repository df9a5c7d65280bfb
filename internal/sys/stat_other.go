//go:build !unix

package sys

import "io/fs"

// StatOf takes what package os found out. There are no owners, link counts or
// file numbers here.
func StatOf(fi fs.FileInfo) Stat {
	return Stat{Mode: fi.Mode(), Size: fi.Size(), ModTime: fi.ModTime(), Nlink: 1}
}
