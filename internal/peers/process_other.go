//go:build !linux

package peers

import "os/exec"

// setGroup does nothing: process groups and parent-death signals are used on
// Linux only, where make peers has its programs.
func setGroup(*exec.Cmd) {}

// killGroup has nothing to do without groups.
func killGroup(*exec.Cmd) {}
