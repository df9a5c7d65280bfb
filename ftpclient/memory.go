package ftpclient

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"ferry/internal/netx"
)

// place names the server as seen from the network at hand: what works from one
// need not from another.
func (c *Conn) place() string {
	local := netx.LocalAddrPort(c.wire.NetConn()).Addr()
	if !local.IsValid() {
		return c.addr
	}
	bits := 64
	if local.Is4() {
		bits = 24
	}
	return c.addr + " from " + netip.PrefixFrom(local.WithZone(""), bits).Masked().String()
}

// The limits of a FileMemory.
const (
	memoryFor      = 30 * 24 * time.Hour
	memoryEntries  = 1000
	memoryFileSize = 1 << 20
	// memoryRenewed is how old an entry may be before the same is written again.
	memoryRenewed = 24 * time.Hour
)

// FileMemory is a Memory in a small file of JSON. What has not worked for 30 days
// is forgotten, and the oldest of more than a thousand servers. Several programs
// may use one file: each reads it before it writes, and puts a whole new file in
// its place. A file that cannot be read or written costs a few tries of other
// modes and nothing else, so it fails nothing; Err tells.
type FileMemory struct {
	path string
	mu   sync.Mutex
	err  error
}

var _ Memory = (*FileMemory)(nil)

// NewFileMemory makes a Memory of a file, which is made when there is something to
// remember, with its directory.
func NewFileMemory(path string) *FileMemory { return &FileMemory{path: path} }

// memoryFile is the content of the file.
type memoryFile struct {
	// Servers has an entry for each server and network.
	Servers map[string]memoryEntry `json:"servers"`
}

// memoryEntry is what worked, and when that was so last.
type memoryEntry struct {
	Mode Mode      `json:"mode"`
	Time time.Time `json:"time"`
}

// Mode is what worked last.
func (m *FileMemory) Mode(server string) Mode {
	m.mu.Lock()
	defer m.mu.Unlock()
	content, err := m.read()
	m.err = err
	return content.Servers[server].Mode
}

// Remember notes what worked.
func (m *FileMemory) Remember(server string, mode Mode) {
	m.mu.Lock()
	defer m.mu.Unlock()
	content, err := m.read()
	if m.err = err; err != nil {
		return // it may be somebody else's file
	}
	if old := content.Servers[server]; old.Mode == mode && time.Since(old.Time) < memoryRenewed {
		return
	}
	content.Servers[server] = memoryEntry{mode, time.Now().UTC().Truncate(time.Second)}
	m.err = m.write(content)
}

// Err is why the file could not be read or written the last time; nil if it could.
func (m *FileMemory) Err() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.err
}

// read reads what is still worth knowing.
func (m *FileMemory) read() (memoryFile, error) {
	content := memoryFile{Servers: make(map[string]memoryEntry)}
	file, err := os.Open(m.path)
	if errors.Is(err, fs.ErrNotExist) {
		return content, nil
	}
	if err != nil {
		return content, err
	}
	defer func() { _ = file.Close() }() // only read from
	text, err := io.ReadAll(io.LimitReader(file, memoryFileSize+1))
	switch {
	case err != nil:
		return content, err
	case len(text) > memoryFileSize:
		return content, fmt.Errorf("%s is longer than what this program writes: remove it", m.path)
	}
	found := memoryFile{}
	if err := json.Unmarshal(text, &found); err != nil {
		return content, fmt.Errorf("%s is not what this program writes, remove it: %w", m.path, err)
	}
	for server, e := range found.Servers {
		if slices.Contains(ladder, e.Mode) && time.Since(e.Time) < memoryFor {
			content.Servers[server] = e
		}
	}
	return content, nil
}

// write puts a new file in the place of the old one.
func (m *FileMemory) write(content memoryFile) error {
	for len(content.Servers) > memoryEntries {
		oldest := ""
		for server, e := range content.Servers {
			if oldest == "" || e.Time.Before(content.Servers[oldest].Time) {
				oldest = server
			}
		}
		delete(content.Servers, oldest)
	}
	text, err := json.MarshalIndent(content, "", "\t")
	if err != nil {
		return err
	}
	return replaceFile(m.path, append(text, '\n'))
}

// replaceFile writes a file that only its owner reads, whole or not at all.
func replaceFile(path string, text []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, "."+filepath.Base(path)+"-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
