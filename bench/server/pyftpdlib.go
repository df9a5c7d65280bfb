package main

import (
	_ "embed" // the script
	"os/exec"
	"path/filepath"
	"strconv"
)

//go:embed pyftpdlib.py
var pyftpdlibScript string

// pyftpdlibCommand runs the script that serves with pyftpdlib.
func pyftpdlibCommand(b *bench, p place) (*exec.Cmd, error) {
	program, err := b.peer("pyftpdlib")
	if err != nil {
		return nil, err
	}
	cert := ""
	if p.tls {
		cert = b.cert
	}
	return exec.Command(program, "-c", pyftpdlibScript, strconv.Itoa(p.port), p.root,
		strconv.Itoa(passiveFirst), strconv.Itoa(passiveLast), filepath.Join(p.dir, "transfers.log"), cert), nil
}
