package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"

	"ferry/internal/certs"
	"ferry/internal/sandbox"
)

// Confine gives up all that the server does not need any more once New has
// opened everything: the user root, capabilities, the power that executing a
// file could give, and the paths that the settings do not name. It is called
// before Serve, and holds for the whole process, whatever else runs in it. The
// log says in one line what holds and what does not.
//
// After an error the process must not serve.
func (d *Daemon) Confine(ctx context.Context) (sandbox.Report, error) {
	plan, err := d.plan(ctx)
	if err != nil {
		return sandbox.Report{}, err
	}
	if err := d.handOver(); err != nil {
		return sandbox.Report{}, err
	}
	report, err := plan.Apply()
	if err != nil {
		return report, fmt.Errorf("500 OOPS: %w", err)
	}
	if l := d.accounts.local; l != nil {
		l.Confined(report.Landlock != 0)
	}
	d.logReport(ctx, &report)
	d.warnOfLosses()
	return report, nil
}

// OpenBy has what is opened again while the server runs (log files after a
// rotation, certificates after a renewal) opened by open instead of os.OpenFile:
// for a process that Confine leaves without the right to, by another one that has
// it. It is called before Confine.
func (d *Daemon) OpenBy(open func(name string, flag int, perm fs.FileMode) (*os.File, error)) {
	d.open = open
	for _, l := range d.logs {
		if l, ok := l.(*logFile); ok {
			l.openBy(open)
		}
	}
	if d.transport != nil && d.opts.Certificates == nil {
		d.transport.source.OpenBy(func(name string) (*os.File, error) { return open(name, os.O_RDONLY, 0) })
	}
}

// handOver gives what ACME has stored to the user that the process becomes, as the
// next renewal writes there.
func (d *Daemon) handOver() error {
	s := &d.opts.Settings
	if d.who == nil || d.transport == nil || s.ACMEDomains == "" {
		return nil
	}
	err := filepath.WalkDir(s.ACMEStorage, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(name, d.who.UID, d.who.GID)
	})
	if err != nil {
		return oops("cannot give the certificates to the user "+d.who.Name, "acme_storage", err)
	}
	return nil
}

// plan is what the process is left with.
func (d *Daemon) plan(ctx context.Context) (*sandbox.Plan, error) {
	s := &d.opts.Settings
	p := &sandbox.Plan{User: d.who, Stays: d.stays, Keep: d.keeps()}
	if !s.LandlockEnable {
		p.Everywhere = "landlock_enable=NO"
	}
	if l := d.accounts.local; l != nil {
		if err := l.LearnReach(ctx, d.opts.Log); err != nil {
			return nil, err
		}
	}
	p.Paths = d.paths()
	return p, nil
}

// logReport writes the line about what holds. It is a warning where less holds
// than the settings ask for; a process for a single connection says it only to
// who asks for it.
func (d *Daemon) logReport(ctx context.Context, r *sandbox.Report) {
	level := slog.LevelInfo
	switch {
	case d.opts.Conn != nil:
		level = slog.LevelDebug
	case runtime.GOOS == "linux" && d.opts.Settings.LandlockEnable && len(r.Off) > 0:
		level = slog.LevelWarn
	}
	d.opts.Log.LogAttrs(ctx, level, r.Summary(), r.LogAttrs()...)
}

// warnOfLosses says what the settings name and the process cannot reach as who
// it is now: the files' own modes are what counts from here on.
func (d *Daemon) warnOfLosses() {
	if d.opts.Conn != nil {
		return // there is a process for each client: its log would be full of it
	}
	for _, dir := range d.roots() {
		if err := readable(dir); err != nil {
			d.opts.Log.Warn("a directory cannot be read by the user that the server runs as: clients will find it closed",
				"directory", dir, "err", err, "advice", "give that user the right to, or start the server as the owner of the files")
		}
	}
	for _, file := range d.certificates() {
		f, err := d.open(file, os.O_RDONLY, 0)
		if err != nil {
			d.opts.Log.Warn("a file of a certificate cannot be read any more by the user that the server runs as: after a renewal, restart the server",
				"file", file, "err", err)
			continue
		}
		_ = f.Close()
	}
	for _, l := range d.logs {
		l, ok := l.(*logFile)
		if !ok {
			continue
		}
		if err := l.canReopen(); err != nil {
			d.opts.Log.Warn("a log file cannot be opened anew by the user that the server runs as: rotate it by copying (copytruncate), or restart the server",
				"file", l.path, "err", err)
		}
	}
}

// readable tries to list a directory.
func readable(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if _, err = f.Readdirnames(1); errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// certificates are the files that the server looks at again and again.
func (d *Daemon) certificates() []string {
	switch {
	case d.transport == nil:
		return nil
	case d.opts.CertificateDir != "":
		return []string{filepath.Join(d.opts.CertificateDir, certs.SelfSignedFile)}
	case d.opts.Certificates != nil:
		return nil
	}
	files, _ := FilesOf(&d.opts.Settings)
	return files
}

// roots are the directories that are known to be served.
func (d *Daemon) roots() []string {
	var dirs []string
	if d.accounts.anon != nil {
		dirs = append(dirs, d.accounts.anon.root)
	}
	if d.accounts.local != nil && len(d.opts.Users) > 0 {
		dirs = append(dirs, d.opts.Settings.LocalRoot)
	}
	return dirs
}
