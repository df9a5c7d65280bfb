//go:build !unix

package config

import (
	"io/fs"
	"os"
)

func openFile(name string) (*os.File, error) { return os.Open(name) }

// group reports that the system has no groups in the sense of Unix; nor has it
// a root that would be careful with files that others can write.
func group(fs.FileInfo) (gid uint32, ok bool) { return 0, false }
