package interop_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"ferry/internal/peers"
)

const (
	crashes      = 50
	crashClients = 4
)

// ledger is what a file may hold after a crash: what was there when the last 226
// came, or else what was being written.
type ledger struct {
	mu    sync.Mutex
	files map[string]*entry
}

type entry struct {
	acked   bool
	content digest // as of the last 226
	size    int64
	pending []digest // attempts since
}

func (l *ledger) attempt(name string, sum digest) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.files[name]
	if e == nil {
		e = &entry{}
		l.files[name] = e
	}
	e.pending = append(e.pending, sum)
}

func (l *ledger) done(name string, sum digest) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*l.files[name] = entry{acked: true, content: sum}
}

// settle takes what is there for what was answered, once it is known to be one of
// the two.
func (l *ledger) settle(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	there := make(map[string]bool)
	for _, f := range entries {
		name := f.Name()
		if strings.HasPrefix(name, ".ferry-upload-") {
			continue
		}
		there[name] = true
		sum, size, err := sumFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		e := l.files[name]
		if e == nil {
			t.Errorf("nobody has stored %s", name)
			continue
		}
		whole := e.acked && sum == e.content
		for _, p := range e.pending {
			whole = whole || sum == p
		}
		if !whole {
			t.Errorf("%s holds %d bytes that nobody has stored as a whole (answered with 226: %v)", name, size, e.acked)
		}
		*e = entry{acked: true, content: sum, size: size}
	}
	for name, e := range l.files {
		if e.acked && !there[name] {
			t.Errorf("%s was answered with 226 and is gone", name)
		}
		if !there[name] {
			delete(l.files, name)
		}
	}
}

// bomb goes off when so many bytes have been sent, wherever the server is then.
type bomb struct {
	left atomic.Int64
	off  func()
}

// fused is content that counts towards a bomb.
type fused struct {
	io.Reader
	bomb *bomb
}

func (f fused) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p[:min(len(p), 8<<10)])
	if left := f.bomb.left.Add(-int64(n)); left <= 0 && left > -int64(n) {
		f.bomb.off()
	}
	return n, err
}

// uploads stores files until the server is gone: new ones, one that is replaced
// again and again, and one that grows.
func uploads(t *testing.T, p *process, config launch, who string, round int, l *ledger, dir string, b *bomb) {
	secure := config.tls
	d, err := dialFerry(p.addr, nil)
	if secure != nil {
		if err == nil {
			d.close()
		}
		d, err = dialFerry(p.addr, clientTLS(*secure))
	}
	if err != nil {
		return // it is gone already
	}
	defer d.close()
	r := rand.New(rand.NewPCG(uint64(round), uint64(who[0])))
	for i := 0; ; i++ {
		size := r.IntN(8 << 10)
		if r.IntN(3) == 0 {
			size = r.IntN(256 << 10)
		}
		content := make([]byte, size+8)
		binary.BigEndian.PutUint64(content, r.Uint64()) // no two are alike
		command, name := "STOR", fmt.Sprintf("new-%d-%s-%d", round, who, i)
		whole := content
		switch r.IntN(3) {
		case 0:
			name = "again-" + who
		case 1:
			command, name = "APPE", "grows-"+who
			before, err := os.ReadFile(filepath.Join(dir, name)) // it has been answered, and nobody else writes it
			if err != nil && !os.IsNotExist(err) {
				t.Error(err)
			}
			whole = slices.Concat(before, content)
			if len(before) > 1<<20 {
				command, whole = "STOR", content
			}
		}
		sum := digest(sha256.Sum256(whole))
		l.attempt(name, sum)
		answer, err := d.upload(command+" "+name, fused{bytes.NewReader(content), b})
		if err != nil {
			return
		}
		if !strings.HasPrefix(answer, "226") {
			if !strings.HasPrefix(answer, "426") { // it may notice the end before we do
				t.Errorf("%s %s: %s", command, name, answer)
			}
			return
		}
		l.done(name, sum)
	}
}

// TestCrash kills the server in the middle of uploads, again and again. What was
// answered with 226 is whole; what was not is whole too, or not there, or as it
// was before.
func TestCrash(t *testing.T) {
	dir := t.TempDir()
	cert := peers.NewCertificate(t)
	l := &ledger{files: make(map[string]*entry)}
	r := rand.New(rand.NewPCG(1, 2))
	stored := 0
	for round := range crashes {
		config := launch{dir: dir, args: []string{"-oatomic_uploads=YES", "-omax_per_ip=0"}}
		if round%5 == 4 {
			config.tls = &cert
		}
		p := startProcess(t, config)
		b := &bomb{off: sync.OnceFunc(p.kill)}
		b.left.Store(1 + r.Int64N(1<<20))
		var all sync.WaitGroup
		for i := range crashClients {
			all.Go(func() { uploads(t, p, config, string(rune('a'+i)), round, l, dir, b) })
		}
		all.Wait()
		p.kill()
		l.settle(t, dir)
		if t.Failed() {
			t.Fatalf("after crash %d", round+1)
		}
	}
	for name := range l.files {
		if strings.HasPrefix(name, "new-") {
			stored++
		}
	}
	if stored < crashes {
		t.Errorf("only %d new files came through: the server dies too early for a test", stored)
	}
	t.Logf("%d crashes, %d new files, %d temporary ones left behind", crashes, stored, len(hiddenIn(t, dir)))

	// Clients see nothing of what was left behind.
	p := startProcess(t, launch{dir: dir})
	d, err := dialFerry(p.addr, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	for _, name := range hiddenIn(t, dir) {
		if err := d.do("SIZE "+filepath.Base(name), "550"); err != nil {
			t.Error(err)
		}
	}
}
