package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// bufferSize is what a client reads or writes at once.
const bufferSize = 1 << 18

// downloadBig fetches the big file.
func downloadBig(r *running, _ int) (*worker, error) { return download(r, "big", bigSize, false) }

// downloadSmall fetches one of the small files.
func downloadSmall(active bool) task {
	return func(r *running, i int) (*worker, error) { return download(r, smallName(i), smallSize, active) }
}

// download fetches a file and wants all of it.
func download(r *running, name string, want int64, active bool) (*worker, error) {
	s, err := newSession(r)
	if err != nil {
		return nil, err
	}
	buf, command := make([]byte, bufferSize), "RETR "+name
	do := func() (int64, error) {
		n, err := s.retrieve(command, active, want, buf)
		if err == nil && n != want {
			err = fmt.Errorf("%s: %d bytes came, not %d", command, n, want)
		}
		return n, err
	}
	return &worker{s, do, s.close}, nil
}

// list lists the directory of listFiles.
func list(command string) task {
	return func(r *running, _ int) (*worker, error) {
		s, err := newSession(r)
		if err != nil {
			return nil, err
		}
		if err := s.ask(250, "CWD many"); err != nil {
			s.close()
			return nil, err
		}
		buf := make([]byte, bufferSize)
		do := func() (int64, error) {
			n, err := s.retrieve(command, false, 0, buf)
			if least := int64(listFiles * len(listName(0))); err == nil && n < least {
				err = fmt.Errorf("%s: %d bytes are no list of %d files", command, n, listFiles)
			}
			return n, err
		}
		return &worker{s, do, s.close}, nil
	}
}

// upload sends the beginning of the big file, to a name of each worker's own, which
// is cut off each time.
func (b *bench) upload(size int64) task {
	return func(r *running, i int) (*worker, error) {
		file, err := os.Open(filepath.Join(b.root(), "big"))
		if err != nil {
			return nil, err
		}
		s, err := newSession(r)
		if err != nil {
			_ = file.Close() // nothing was read
			return nil, err
		}
		buf, command := make([]byte, bufferSize), fmt.Sprintf("STOR incoming/up%d", i)
		do := func() (int64, error) { return size, s.store(command, file, size, buf) }
		return &worker{s, do, func() { s.close(); _ = file.Close() }}, nil
	}
}

// login connects, logs in and quits.
func login(r *running, _ int) (*worker, error) {
	do := func() (int64, error) {
		s, err := newSession(r)
		if err != nil {
			return 0, err
		}
		return 0, s.quit()
	}
	return &worker{nil, do, func() {}}, nil
}
