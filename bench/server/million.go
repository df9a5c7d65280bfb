package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	millionTitle = "MLSD of 1,000,000 files"
	million      = 1_000_000
	millionLimit = 60 * time.Second // for a whole listing
)

// huge is what came of a huge listing.
type huge struct {
	command          string
	firstByte, whole time.Duration
	grown            int64 // bytes of memory
}

// measureMillion lists a directory of a million files, once on each server.
func (b *bench) measureMillion(ctx context.Context, out io.Writer) error {
	if !b.wanted(millionTitle) {
		return nil
	}
	list := b.candidates(func(s server) bool { return s.name != floorName })
	dir := filepath.Join(b.root(), "million")
	defer func() { _ = os.RemoveAll(dir) }() // it is tried again at the end of everything
	if err := roomForMillion(b.memory); err != nil {
		for _, s := range list {
			b.figures.fail(millionTitle, s.name, oneLine(err))
		}
	} else if err := makeMillion(ctx, dir); err != nil {
		return err
	}
	results := make(map[string]huge)
	for _, s := range list {
		if b.figures.reasons[millionTitle][s.name] != "" {
			continue
		}
		h, err := b.listMillion(ctx, s)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			b.figures.fail(millionTitle, s.name, oneLine(err))
			continue
		}
		results[s.name] = h
		b.figures.set(millionTitle, firstByte, s.name, h.firstByte.Seconds())
		b.figures.set(millionTitle, growth, s.name, float64(h.grown))
	}
	_, err := io.WriteString(out, millionTable(list, results, b.figures.reasons[millionTitle]))
	return err
}

// roomForMillion wants memory and inodes for the directory, and memory for a server
// that sorts all names.
func roomForMillion(dir string) error {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return err
	}
	if fs.Files > 0 && fs.Ffree < million+100_000 {
		return fmt.Errorf("not tried: only %d inodes are free in memory", fs.Ffree)
	}
	const need = 4 << 30
	if free := available(); free < need {
		return fmt.Errorf("not tried: only %s of memory are available, not %s", showBytes(float64(free)), showBytes(need))
	}
	return nil
}

// makeMillion makes a million empty files: mknod makes one without opening it.
func makeMillion(ctx context.Context, dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	for i := range million {
		if i%1000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		name := filepath.Join(dir, listName(i))
		if err := syscall.Mknod(name, syscall.S_IFREG|0o644, 0); err != nil {
			return &os.PathError{Op: "mknod", Path: name, Err: err}
		}
	}
	return nil
}

// listMillion lists it: the data connection is open when the command goes out, and
// the clock runs from there.
func (b *bench) listMillion(ctx context.Context, s server) (h huge, err error) {
	r, err := b.start(ctx, s, b.root(), false, false)
	if err != nil {
		return h, err
	}
	defer r.stop()
	session, err := newSession(r)
	if err != nil {
		return h, err
	}
	defer session.close()
	if err := session.ask(250, "CWD million"); err != nil {
		return h, err
	}
	h.command = "MLSD"
	if !s.mlsd {
		h.command = "LIST"
	}
	data, err := session.passive()
	if err != nil {
		return h, err
	}
	defer func() { _ = data.Close() }() // all was read
	if err := errors.Join(session.raw.setPatience(millionLimit), data.setPatience(millionLimit)); err != nil {
		return h, err
	}
	peak := r.account.mark()
	began := time.Now()
	if err := session.begin(h.command); err != nil {
		return h, err
	}
	lines := 0
	buf := make([]byte, bufferSize)
	for {
		n, err := data.Read(buf)
		if n > 0 && h.firstByte == 0 {
			h.firstByte = time.Since(began)
		}
		lines += bytes.Count(buf[:n], []byte("\n"))
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return h, fmt.Errorf("%s, after %d lines: %w", h.command, lines, err)
		}
		if time.Since(began) > millionLimit {
			return h, fmt.Errorf("%s: only %d lines came in %v", h.command, lines, millionLimit)
		}
	}
	if err := session.expect(226, h.command); err != nil {
		return h, err
	}
	h.whole, h.grown = time.Since(began), peak.grown()
	if lines < million || lines > million+3 { // MLSD may name the directory and its parent, LIST a total
		return h, fmt.Errorf("%s: %d lines came, of %d files", h.command, lines, million)
	}
	return h, nil
}

func millionTable(list []server, results map[string]huge, reasons map[string]string) string {
	var t strings.Builder
	t.WriteString(heading(millionTitle, "server", "first byte after", "whole list after", "memory more than before"))
	for _, s := range list {
		h, ok := results[s.name]
		switch {
		case ok && h.command == "LIST":
			t.WriteString(row(s.name+" (LIST)", showTime(h.firstByte.Seconds()), showTime(h.whole.Seconds()), showBytes(float64(h.grown))))
		case ok:
			t.WriteString(row(s.name, showTime(h.firstByte.Seconds()), showTime(h.whole.Seconds()), showBytes(float64(h.grown))))
		default:
			t.WriteString(row(s.name, "failed: "+reasons[s.name], "", ""))
		}
	}
	return t.String() + "\n"
}
