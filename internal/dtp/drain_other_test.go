//go:build !linux

package dtp

import (
	"io"
	"net"
)

func drain(c net.Conn) { _, _ = io.Copy(io.Discard, c) }
