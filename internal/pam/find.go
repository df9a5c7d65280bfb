package pam

import (
	"os"
	"os/exec"
	"path/filepath"
)

// program is the name of the helper program.
const program = "ferry-pam"

// folders are where packages put such programs.
var folders = []string{"/usr/lib/ferry", "/usr/libexec/ferry"}

// Find looks for ferry-pam: beside the running program, in the folders of
// packages, and in PATH.
func Find() (path string, ok bool) {
	places := folders
	if self, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(self); err == nil {
			self = real
		}
		places = append([]string{filepath.Dir(self)}, places...)
	}
	for _, dir := range places {
		path := filepath.Join(dir, program)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return path, true
		}
	}
	path, err := exec.LookPath(program)
	return path, err == nil
}
