package peers

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Pebble is Let's Encrypt's authority for tests, with certificates of its own: it
// asks for the challenges of every host at 127.0.0.1.
type Pebble struct {
	// Directory is its URL, RootsFile what signs its web server's certificate (PEM).
	Directory, RootsFile string
	// HTTPPort and TLSPort are where it asks for HTTP-01 and TLS-ALPN-01.
	HTTPPort, TLSPort int

	proc *process
}

// Stop ends the authority, as the test does at its end.
func (p *Pebble) Stop() { p.proc.stop() }

// Output is what the authority has printed so far.
func (p *Pebble) Output() string { return p.proc.output() }

// StartPebble builds the program, whose module tools/pebble pins it, and starts it.
// Its certificates are good for so many seconds.
func StartPebble(t testing.TB, seconds int) *Pebble {
	t.Helper()
	path, err := findPebble()
	if err != nil {
		missing(t, err.Error())
	}
	cert, resolver := NewCertificate(t), loopbackResolver(t)
	var failures []string
	for range 4 { // a port may be taken before the program has it
		p, err := tryPebble(t, path, cert, resolver, seconds)
		if err == nil {
			t.Cleanup(p.Stop)
			return p
		}
		failures = append(failures, err.Error())
	}
	t.Fatalf("start pebble:\n%s", strings.Join(failures, "\n"))
	return nil
}

// findPebble has the go command build the program, which it keeps in its cache.
func findPebble() (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "tool", "-n", "pebble")
	cmd.Dir = filepath.Join(root, "tools", "pebble")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	path, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("build pebble in tools/pebble: %w\n%s", err, stderr.String())
	}
	return strings.TrimSpace(string(path)), nil
}

func tryPebble(t testing.TB, path string, cert Certificate, resolver string, seconds int) (*Pebble, error) {
	t.Helper()
	var ports [3]int
	for i := range ports {
		addr, err := freePort(false)
		if err != nil {
			return nil, err
		}
		ports[i] = addr.Port
	}
	addr := fmt.Sprintf("127.0.0.1:%d", ports[0])
	p := &Pebble{Directory: "https://" + addr + "/dir", RootsFile: cert.CertFile, HTTPPort: ports[1], TLSPort: ports[2]}
	config, err := json.Marshal(map[string]any{"pebble": map[string]any{
		"listenAddress": addr, "managementListenAddress": "",
		"certificate": cert.CertFile, "privateKey": cert.KeyFile,
		"httpPort": p.HTTPPort, "tlsPort": p.TLSPort, "keyAlgorithm": "ecdsa",
		"profiles":   map[string]any{"default": map[string]any{"description": "for tests", "validityPeriod": seconds}},
		"retryAfter": map[string]any{"authz": 1, "order": 1},
	}})
	if err != nil {
		return nil, err
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "config.json")
	if err := os.WriteFile(file, config, 0o600); err != nil {
		return nil, err
	}
	// Neither the pauses nor the refused nonces by which it troubles clients.
	env := []string{"PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=0"}
	if p.proc, err = startProcess(nil, dir, path, []string{"-config", file, "-dnsserver", resolver}, env); err != nil {
		return nil, err
	}
	if err := p.proc.awaitListener("tcp", addr); err != nil {
		p.Stop()
		return nil, fmt.Errorf("%w; it printed: %s", err, strings.TrimSpace(p.Output()))
	}
	return p, nil
}
