package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// The floor is a server that makes the system calls that nobody can do without, and
// nothing else: a thread for each session, blocking calls, no checks, one listener
// for each session that lasts. It knows what a download of a small file needs.

// floorCommand is this program by another name.
func floorCommand(_ *bench, p place) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return exec.Command(self, "floor", fmt.Sprintf("%d,%s", p.port, p.root)), nil
}

// serveFloor serves until it is killed. where is "port,root".
func serveFloor(where string) error {
	text, root, _ := strings.Cut(where, ",")
	port, err := strconv.Atoi(text)
	if err != nil {
		return err
	}
	listener, err := floorListen(port)
	if err != nil {
		return err
	}
	allow(maxThreads)
	return floorAccept(listener, root)
}

// floorAccept gives each client a thread.
func floorAccept(listener int, root string) error {
	for {
		fd, _, err := syscall.Accept4(listener, syscall.SOCK_CLOEXEC)
		switch {
		case errors.Is(err, syscall.EINTR), errors.Is(err, syscall.ECONNABORTED):
			continue
		case err != nil:
			return os.NewSyscallError("accept", err)
		}
		_ = syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
		go func() {
			runtime.LockOSThread()
			floorSession(fd, root)
			_ = syscall.Close(fd) // nothing is left to send
		}()
	}
}

func floorListen(port int) (int, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	_ = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return -1, err
	}
	return fd, syscall.Listen(fd, 1024)
}

// floorSession answers one client.
func floorSession(fd int, root string) {
	passive, err := floorListen(0)
	if err != nil {
		return
	}
	defer func() { _ = syscall.Close(passive) }()
	port, err := boundPort(passive)
	if err != nil {
		return
	}
	entering := fmt.Appendf(nil, "229 Entering Extended Passive Mode (|||%d|)\r\n", port)
	say := func(text string) { _, _ = write(fd, []byte(text)) }
	say("220 floor\r\n")
	target := 0
	active := false
	buf := make([]byte, 512)
	for {
		n, err := read(fd, buf)
		if err != nil || n == 0 {
			return
		}
		verb, arg, _ := bytes.Cut(bytes.TrimRight(buf[:n], "\r\n"), []byte(" "))
		switch string(verb) {
		case "USER":
			say("331 password\r\n")
		case "PASS":
			say("230 in\r\n")
		case "EPSV":
			active = false
			_, _ = write(fd, entering)
		case "PORT":
			active = true
			var p [6]int
			_, _ = fmt.Sscanf(string(arg), "%d,%d,%d,%d,%d,%d", &p[0], &p[1], &p[2], &p[3], &p[4], &p[5])
			target = p[4]<<8 | p[5]
			say("200 ok\r\n")
		case "RETR":
			if !floorSend(fd, passive, active, target, filepath.Join(root, string(arg))) {
				return
			}
		case "QUIT":
			say("221 bye\r\n")
			return
		default:
			say("200 ok\r\n")
		}
	}
}

// floorSend sends a file, in the order in which clients need it.
func floorSend(fd, passive int, active bool, target int, path string) bool {
	file, err := syscall.Open(path, os.O_RDONLY, 0)
	if err != nil {
		return false
	}
	defer func() { _ = syscall.Close(file) }()
	var data int
	if active {
		if data, err = syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0); err != nil {
			return false
		}
		if err := connect(data, target); err != nil {
			return false
		}
	} else if data, err = accept(passive); err != nil {
		return false
	}
	_, _ = write(fd, []byte("150 here\r\n"))
	for {
		n, err := sendfile(data, file, nil, 1<<30)
		if err != nil || n == 0 {
			break
		}
		if n < 1<<16 {
			break // the file is small: its end need not be asked for
		}
	}
	_ = syscall.Close(data)
	_, _ = write(fd, []byte("226 done\r\n"))
	return true
}
