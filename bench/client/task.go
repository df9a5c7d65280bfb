package main

import (
	"os"
	"path/filepath"
)

// task is some work that every client does.
type task struct {
	title string
	kind  kind
	// conns is how many connections a client may have.
	conns int
	want  amount
	// upload says where the result is: in the server's folder, or here.
	upload bool
}

type kind int

const (
	getBig kind = iota
	getSmall
	putSmall
	syncTree
)

func tasks() []task {
	return []task{
		{title: "get one file of 1 GiB, 1 connection", kind: getBig, conns: 1, want: big},
		{title: "get one file of 1 GiB, 4 connections", kind: getBig, conns: 4, want: big},
		{title: "get 2,000 files of 4 KiB, 1 connection", kind: getSmall, conns: 1, want: small},
		{title: "get 2,000 files of 4 KiB, 8 connections", kind: getSmall, conns: 8, want: small},
		{title: "put 2,000 files of 4 KiB, 1 connection", kind: putSmall, conns: 1, want: small, upload: true},
		{title: "put 2,000 files of 4 KiB, 8 connections", kind: putSmall, conns: 8, want: small, upload: true},
		{title: "sync 10,000 unchanged files, 1 connection", kind: syncTree, conns: 1, want: tree},
		{title: "sync 10,000 unchanged files, 8 connections", kind: syncTree, conns: 8, want: tree},
	}
}

// result is the folder in which the files must be at the end.
func (t *task) result(s *server, here string) string {
	if t.upload {
		return filepath.Join(s.root, "up")
	}
	return here
}

// prepare makes the place as it is before every run.
func (t *task) prepare(s *server, here string) error {
	if t.kind == syncTree {
		return os.MkdirAll(here, 0o777) // and filled by the client's own first run
	}
	if t.upload {
		entries, err := os.ReadDir(filepath.Join(s.root, "up"))
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := os.RemoveAll(filepath.Join(s.root, "up", e.Name())); err != nil {
				return err
			}
		}
	}
	if err := os.RemoveAll(here); err != nil {
		return err
	}
	return os.MkdirAll(here, 0o777)
}
