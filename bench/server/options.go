package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// options are what the command line says.
type options struct {
	ferry, peers, dir, disk, out string
	rounds                       int
	length                       time.Duration
	only, servers                string
}

// define names the flags.
func (o *options) define(f *flag.FlagSet) {
	f.StringVar(&o.ferry, "ferry", "bin/ferry", "the `program` ferry")
	f.StringVar(&o.peers, "peers", ".peers", "the `folder` of make peers")
	f.StringVar(&o.dir, "dir", "/dev/shm", "a `folder` in memory, for the files that are served")
	f.StringVar(&o.disk, "disk", os.TempDir(), "a `folder` on a disk, for uploads to one")
	f.StringVar(&o.out, "out", "", "the `document` to write the tables to, besides standard output; plots go into pictures/ beside it")
	f.IntVar(&o.rounds, "rounds", 3, "how `often` each is run, after a first run that is not counted")
	f.DurationVar(&o.length, "time", time.Second, "how `long` a run of many small operations takes")
	f.StringVar(&o.only, "only", "", "run only what has this `text` in its title")
	f.StringVar(&o.servers, "servers", "", "run only the servers of this `list`, with commas between")
}

// check refuses what cannot be run, before anything runs, and makes paths absolute.
func (o *options) check(rest []string) (err error) {
	if len(rest) > 0 {
		return fmt.Errorf("%q is no flag: -h lists the flags", rest[0])
	}
	if o.rounds < 1 || o.rounds > 1000 {
		return fmt.Errorf("-rounds %d: from 1 to 1000", o.rounds)
	}
	if o.length < 10*time.Millisecond || o.length > time.Hour {
		return fmt.Errorf("-time %v: from 10ms to 1h", o.length)
	}
	if o.out != "" && (o.only != "" || o.servers != "") {
		return errors.New("-out writes a whole document, and goes with neither -only nor -servers")
	}
	if o.only != "" && !slices.ContainsFunc(titles(), o.wanted) {
		return fmt.Errorf("-only %q: no measure has that in its title; the titles are:\n  %s", o.only, strings.Join(titles(), "\n  "))
	}
	for _, name := range o.named() {
		if !slices.ContainsFunc(servers(), func(s server) bool { return s.name == name }) {
			var known []string
			for _, s := range servers() {
				known = append(known, s.name)
			}
			return fmt.Errorf("-servers: no %q, there are %s", name, strings.Join(known, ","))
		}
	}
	for _, path := range []*string{&o.ferry, &o.peers, &o.dir, &o.disk} {
		if *path, err = filepath.Abs(*path); err != nil {
			return err
		}
	}
	if _, err := os.Stat(o.ferry); err != nil {
		return fmt.Errorf("%w: run make build", err)
	}
	if o.out != "" {
		// A document without marks must not come to light after the whole run.
		_, _, err = cutReport(o.out)
	}
	return err
}

// wanted reports whether -only lets a title run.
func (o *options) wanted(title string) bool { return strings.Contains(title, o.only) }

// named are the servers of -servers, none for all of them.
func (o *options) named() []string {
	if o.servers == "" {
		return nil
	}
	return strings.Split(o.servers, ",")
}
