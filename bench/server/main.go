// Command server measures FTP servers beside each other: ferry, vsftpd, ProFTPD,
// Pure-FTPd and pyftpdlib serve the same tree in memory, and take turns; a floor,
// a server that makes only the system calls that nobody can do without, tells how
// far there is to go. Tables of medians and ratios, and two plots, come of it.
//
// It is a module of its own, so that the product carries none of it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
)

func main() {
	if err := quiet(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	// Collecting garbage would take processors from the server, and stop the world for it.
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(512 << 20)
	if len(os.Args) == 3 && os.Args[1] == "floor" {
		fmt.Fprintln(os.Stderr, "floor:", serveFloor(os.Args[2])) // it returns only when it cannot serve
		os.Exit(1)
	}
	var o options
	o.define(flag.CommandLine)
	flag.Parse()
	// A reader that has gone away must not end the program before it has cleaned up:
	// where SIGPIPE is asked for, a write fails instead.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if err := run(ctx, &o, flag.Args()); err != nil {
		if ctx.Err() != nil {
			err = errors.New("interrupted")
		}
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// quiet starts the program anew without the signals by which the runtime preempts:
// they would interrupt blocking system calls, of which the clients are made.
func quiet() error {
	const setting = "asyncpreemptoff=1"
	if strings.Contains(os.Getenv("GODEBUG"), setting) {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := os.Setenv("GODEBUG", setting); err != nil {
		return err
	}
	return syscall.Exec(self, os.Args, os.Environ())
}

// run measures, and takes back what it has made and set, however it ends.
func run(ctx context.Context, o *options, rest []string) (err error) {
	if err := o.check(rest); err != nil {
		return err
	}
	restore, err := prepareSystem(os.Stderr)
	if err != nil {
		return err
	}
	defer restore()
	b := &bench{options: o, figures: newFigures()}
	defer b.removeTree()
	if err := b.makeTree(ctx); err != nil {
		return err
	}
	var report strings.Builder
	if err := b.measureAll(ctx, io.MultiWriter(os.Stdout, &report)); err != nil {
		return err
	}
	summary := b.summary(ctx)
	if _, err := io.WriteString(os.Stdout, summary); err != nil || o.out == "" {
		return err
	}
	pictures, err := b.draw(o.out)
	if err != nil {
		return err
	}
	return insertReport(o.out, summary+pictures+report.String())
}
