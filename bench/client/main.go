// Command client measures FTP clients beside each other: ferry, lftp, curl and
// rclone do the same work on the same server, taking turns, and a table of
// medians and ratios comes of it. Every run is checked to have done the work.
//
// It is a module of its own, so that the product carries none of it.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

// options are what the command line says.
type options struct {
	ferry, peers, dir, out string
	rounds                 int
	only                   string
}

func main() {
	var o options
	flag.StringVar(&o.ferry, "ferry", "bin/ferry", "the `program` ferry")
	flag.StringVar(&o.peers, "peers", ".peers", "the `folder` of make peers, with those of scripts/peers.sh bench in bench/")
	flag.StringVar(&o.dir, "dir", "/dev/shm", "where the files lie, in memory")
	flag.StringVar(&o.out, "out", "", "the `file` to write the tables to, besides standard output")
	flag.IntVar(&o.rounds, "rounds", 5, "how `often` each is run")
	flag.StringVar(&o.only, "only", "", "run only what has this `text` in its title")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, &o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// runLimit is how long one run may take.
const runLimit = 20 * time.Second

func run(ctx context.Context, o *options) (err error) {
	for _, path := range []*string{&o.ferry, &o.peers} {
		if *path, err = filepath.Abs(*path); err != nil {
			return err
		}
	}
	dir, err := os.MkdirTemp(o.dir, "ferry-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	root := filepath.Join(dir, "root")
	if err := makeTrees(root); err != nil {
		return err
	}
	clients, err := newClients(o, filepath.Join(dir, "home"))
	if err != nil {
		return err
	}
	var report strings.Builder
	for _, start := range []func(context.Context, *options, string) (*server, error){startFerry, startPureFTPd} {
		srv, err := start(ctx, o, root)
		if err != nil {
			return err
		}
		err = measureAll(ctx, o, srv, clients, filepath.Join(dir, "here"), io.MultiWriter(&report, os.Stdout))
		srv.stop()
		if err != nil {
			return err
		}
	}
	if o.out == "" {
		return nil
	}
	return replaceSection(o.out, report.String())
}

// measureAll measures every task at one server.
func measureAll(ctx context.Context, o *options, srv *server, clients []*client, here string, report io.Writer) error {
	heading := fmt.Sprintf("### Served by %s\n", srv.name)
	if _, err := fmt.Fprintln(report, heading); err != nil {
		return err
	}
	for _, t := range tasks() {
		if !strings.Contains(t.title, o.only) {
			continue
		}
		text, err := measure(ctx, o, srv, clients, t, here)
		if err != nil {
			return fmt.Errorf("%s: %w", t.title, err)
		}
		if _, err := fmt.Fprintln(report, text); err != nil {
			return err
		}
	}
	return nil
}
