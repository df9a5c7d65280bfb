package interop_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"ferry/internal/peers"
)

// syscallEvent is one system call of any thread, with the lines of the trace in
// which it began and ended.
type syscallEvent struct {
	name, args, result string
	begin, end         int
}

var (
	wholeLine   = regexp.MustCompile(`^(\d+) +(\w+)\((.*)\) += (.*)$`)
	beginLine   = regexp.MustCompile(`^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$`)
	resumedLine = regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (.*)$`)
)

// readTrace merges the threads of a trace of `strace -f`.
func readTrace(t *testing.T, file string) []*syscallEvent {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // only read from
	var events []*syscallEvent
	open := make(map[string]*syscallEvent) // by thread
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 0; lines.Scan(); n++ {
		line := lines.Text()
		if m := wholeLine.FindStringSubmatch(line); m != nil && !strings.Contains(m[3], "<unfinished") {
			events = append(events, &syscallEvent{m[2], m[3], m[4], n, n})
		} else if m := beginLine.FindStringSubmatch(line); m != nil {
			e := &syscallEvent{name: m[2], args: m[3], begin: n, end: 1 << 60}
			open[m[1]], events = e, append(events, e)
		} else if m := resumedLine.FindStringSubmatch(line); m != nil {
			if e := open[m[1]]; e != nil && e.name == m[2] {
				e.args, e.result, e.end = e.args+m[3], m[4], n
				delete(open, m[1])
			}
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return events
}

// after is the first call that began behind line n and that fits.
func after(events []*syscallEvent, n int, fits func(*syscallEvent) bool) *syscallEvent {
	for _, e := range events {
		if e.begin > n && fits(e) {
			return e
		}
	}
	return nil
}

// fdOf is the descriptor that is the first argument of a call.
func fdOf(args string) string { return args[:strings.IndexAny(args+"<,)", "<,)")] }

// published checks the order of what makes an upload last: its file is synced,
// renamed to name, and the directory synced, each when the one before has ended;
// and the reply is written only then.
func published(t *testing.T, events []*syscallEvent, dir, name, control string, clear bool) {
	t.Helper()
	rename := after(events, -1, func(e *syscallEvent) bool {
		return strings.HasPrefix(e.name, "rename") && strings.Contains(e.args, `"`+name+`"`)
	})
	if rename == nil || rename.result != "0" {
		t.Errorf("%s: nothing was renamed to it: %+v", name, rename)
		return
	}
	temp := regexp.MustCompile(`"(\.ferry-upload-[^"]+)"`).FindStringSubmatch(rename.args)
	if temp == nil {
		t.Errorf("%s: renamed by %s", name, rename.args)
		return
	}
	// The file under the hidden name is the one that was made without a name, or
	// with that one.
	made := after(events, -1, func(e *syscallEvent) bool {
		return strings.HasPrefix(e.name, "link") && strings.Contains(e.args, temp[1])
	})
	var fd string
	if made != nil {
		fd = fdOf(made.args)
	} else if made = after(events, -1, func(e *syscallEvent) bool {
		return strings.HasPrefix(e.name, "openat") && strings.Contains(e.args, temp[1])
	}); made != nil {
		fd = fdOf(made.result)
	} else {
		t.Errorf("%s: nothing made %s", name, temp[1])
		return
	}
	synced := after(events, made.end, func(e *syscallEvent) bool {
		return (e.name == "fsync" || e.name == "fdatasync") && fdOf(e.args) == fd
	})
	if synced == nil || synced.result != "0" || synced.end >= rename.begin {
		t.Errorf("%s: the file was not synced before it was renamed: %+v, %+v", name, synced, rename)
		return
	}
	dirSynced := after(events, rename.end, func(e *syscallEvent) bool {
		return e.name == "fsync" && strings.Contains(e.args, "<"+dir+">")
	})
	if dirSynced == nil || dirSynced.result != "0" {
		t.Errorf("%s: the directory was not synced behind the renaming: %+v", name, dirSynced)
		return
	}
	// On the control connection comes the 150 before all that, then nothing, and
	// the 226 behind.
	writes := func(e *syscallEvent) bool {
		return (strings.HasPrefix(e.name, "write") || strings.HasPrefix(e.name, "send")) && strings.Contains(e.args, "TCP:["+control+"->")
	}
	reply := after(events, made.end, writes)
	if reply == nil || reply.begin <= dirSynced.end {
		t.Errorf("%s: answered before the directory was synced: %+v, %+v", name, reply, dirSynced)
		return
	}
	if clear && !strings.Contains(reply.args, `"226 `) {
		t.Errorf("%s: answered with %s", name, reply.args)
	}
}

// TestCrashOrder traces what `kill -9` cannot show, because what the kernel holds
// outlasts that: a crash of the system.
func TestCrashOrder(t *testing.T) {
	strace := peers.Need(t, peers.NameStrace)
	cert := peers.NewCertificate(t)
	for name, config := range map[string]*tls.Config{"plain": nil, "TLS": clientTLS(cert)} {
		t.Run(name, func(t *testing.T) {
			dir, trace := t.TempDir(), filepath.Join(t.TempDir(), "trace")
			l := launch{dir: dir, args: []string{"-oatomic_uploads=YES"}, wrap: []string{
				strace, "-f", "-yy", "-s", "100", "-e", "signal=none", "-o", trace,
				"-e", "trace=openat,openat2,link,linkat,fsync,fdatasync,sync_file_range,rename,renameat,renameat2,write,writev,sendto,sendmsg",
			}}
			if config != nil {
				l.tls = &cert
			}
			p := startProcess(t, l)
			d, err := dialFerry(p.addr, config)
			if err != nil {
				t.Fatal(err)
			}
			// Each file is renamed once, so that the trace tells them apart.
			names := []string{"new", "again", "grows", "STOU"}
			for _, name := range names[1:3] {
				if err := os.WriteFile(filepath.Join(dir, name), []byte("before"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			content := bytes.Repeat([]byte("0123456789abcdef"), 10_000)
			for _, command := range []string{"STOR new", "STOR again", "APPE grows", "STOU"} {
				if answer, err := d.upload(command, bytes.NewReader(content)); err != nil || !strings.HasPrefix(answer, "226") {
					t.Fatalf("%s: %s, %v", command, answer, err)
				}
			}
			d.close()
			p.end(t)
			events := readTrace(t, trace)
			for _, name := range names {
				published(t, events, dir, name, p.addr, config == nil)
			}
			if t.Failed() {
				text, _ := os.ReadFile(trace)
				t.Logf("%s", text)
			}
		})
	}
}

// end asks the server to end and waits for it: a program around it ends with it.
func (p *process) end(t *testing.T) {
	t.Helper()
	p.once.Do(func() {
		if err := syscall.Kill(-p.cmd.Process.Pid, syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		_ = p.cmd.Wait() // a status that the signal gives
	})
}
