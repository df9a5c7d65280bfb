package interop_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"ferry/internal/peers"
)

// script does the errand with a script of testdata: the program takes its name
// and then the arguments.
func (e errand) script(ctx context.Context, program, name string, args ...string) (string, error) {
	path, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		return "", err
	}
	return peers.Command{Path: program, Args: slices.Concat([]string{path}, args, e.arguments()), Home: e.home}.Run(ctx)
}

// arguments are those of all scripts, after their own.
func (e errand) arguments() []string {
	return []string{e.start(), e.tls(), e.prot(), e.host, e.port, e.dir, e.listing, e.fetched, e.small, e.large}
}

// secureFtplib is Python's ftplib: kind "plain" is as it comes, which resumes
// nothing, "reuse" the subclass that is passed around to make it resume.
func secureFtplib(name, kind string) *secureClient {
	c := &secureClient{name: name, need: needPeers(peers.NamePython), run: func(ctx context.Context, p found, e errand) (string, error) {
		return e.script(ctx, p[0], "ftps.py", kind)
	}}
	if kind == "plain" {
		c.but = func(w way) *exception {
			if w.reuse && !w.clear {
				return neverResumes("ftplib resumes nothing on data connections")
			}
			return nil
		}
	}
	return c
}

// secureNode is basic-ftp of npm, which knows no PROT C.
func secureNode() *secureClient {
	need := func(t *testing.T) found {
		t.Helper()
		const why = "no distribution has basic-ftp, only the registry of npm"
		return found{peers.Optional(t, "node", why), peers.Module(t, "basic-ftp")}
	}
	return &secureClient{name: "basic-ftp", need: need, only: private, run: func(ctx context.Context, p found, e errand) (string, error) {
		return e.script(ctx, p[0], "ftps.mjs", p[1])
	}}
}

// javaClasses compiles the Java client once, into a folder that the test removes.
type javaClasses struct {
	once sync.Once
	dir  string
	err  error
}

// compile makes the classes.
func (j *javaClasses) compile(ctx context.Context, javac string) error {
	j.once.Do(func() {
		var out string
		source, err := filepath.Abs(filepath.Join("testdata", "Ftps.java"))
		if err == nil {
			out, err = peers.Command{Path: javac, Args: []string{"-d", j.dir, source}, Home: j.dir}.Run(ctx)
		}
		if err != nil {
			j.err = fmt.Errorf("compile Ftps.java: %w\n%s", err, out)
		}
	})
	return j.err
}

// client is the Java client, which ends uploads in the way that is given.
func (j *javaClasses) client(name, ending string) *secureClient {
	need := func(t *testing.T) found {
		t.Helper()
		const why = "a JDK is larger than all other clients together"
		return found{peers.Optional(t, "javac", why), peers.Optional(t, "java", why)}
	}
	return &secureClient{name: name, need: need, run: func(ctx context.Context, p found, e errand) (string, error) {
		if err := j.compile(ctx, p[0]); err != nil {
			return "", err
		}
		args := []string{"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", j.dir, "Ftps", ending}
		return peers.Command{Path: p[1], Args: append(args, e.arguments()...), Home: e.home}.Run(ctx)
	}}
}

// secureJava is a client on JSSE, Java's own TLS, that ends an upload as
// commons-net does: it closes the data connection.
func secureJava(classes *javaClasses) *secureClient {
	c := classes.client("java", "close")
	c.but = func(w way) *exception {
		switch {
		case w.wantsReuse(tls.VersionTLS12):
			return neverResumes("JSSE throws tickets of TLS 1.2 away that give no lifetime, as those of Go's servers, and the server resumes by nothing else")
		case w.wantsReuse(tls.VersionTLS13):
			return onceEach("JSSE uses a ticket once, and reads none while it uploads and closes")
		}
		return nil
	}
	return c
}

// secureJavaDrain ends an upload with close_notify and reads to the end, where
// the next ticket is. It does so where that makes a difference.
func secureJavaDrain(classes *javaClasses) *secureClient {
	c := classes.client("java+drain", "drain")
	c.only = func(w way) bool { return w.wantsReuse(tls.VersionTLS13) }
	return c
}
