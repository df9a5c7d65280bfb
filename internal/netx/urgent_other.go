//go:build !linux

package netx

import (
	"net"
	"syscall"
)

func readUrgent(c net.Conn, _ syscall.RawConn) net.Conn { return c }
