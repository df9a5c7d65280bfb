//go:build !linux

package nft

import "os/exec"

const onLinux = false

func namespace() (string, error) { return "", ErrNotLinux }

func detach(*exec.Cmd) {}

func lock(string) (unlock func(), err error) { return nil, ErrNotLinux }

func locked(string) bool { return false }

func apart(func() error) error { return ErrNotLinux }
