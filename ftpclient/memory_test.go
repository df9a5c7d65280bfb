package ftpclient_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ferry/ftpclient"
)

// A second connection begins with what the first one found out.
func TestFileMemory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "modes.json")
	d := rude{epsv: "500 no", pasv: "502 no"}
	addr := d.start(t)
	for round := range 2 {
		var rungs []ftpclient.Mode
		memory := ftpclient.NewFileMemory(path)
		c := connect(t, addr, &ftpclient.Config{Memory: memory, Trace: &ftpclient.Trace{Rung: func(m ftpclient.Mode, err error) {
			if err == nil {
				rungs = append(rungs, m)
			}
		}}})
		for _, err := range c.List(t.Context(), "") {
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Quit(t.Context()); err != nil {
			t.Error(err)
		}
		if rungs[len(rungs)-1] != ftpclient.EPRT || round == 1 && len(rungs) != 1 {
			t.Errorf("round %d: tried %v", round, rungs)
		}
		if err := memory.Err(); err != nil {
			t.Error(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), addr+" from 127.0.0.0/24") {
		t.Errorf("%s, %v", text, err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("it leaves %v", left)
	}
}

// What is old is forgotten, and so is the oldest of too many.
func TestFileMemoryForgets(t *testing.T) {
	path := filepath.Join(t.TempDir(), "modes.json")
	synctest.Test(t, func(t *testing.T) {
		m := ftpclient.NewFileMemory(path)
		m.Remember("one", ftpclient.PASV)
		for range 5 {
			<-time.NewTimer(20 * 24 * time.Hour).C
			if got := m.Mode("one"); got != ftpclient.PASV {
				t.Fatalf("it remembers %q", got)
			}
			m.Remember("one", ftpclient.PASV) // which renews it
		}
		<-time.NewTimer(31 * 24 * time.Hour).C
		if got := m.Mode("one"); got != "" {
			t.Errorf("it remembers %q", got)
		}
		var many []string
		for i := range 1002 {
			at := time.Now().Add(time.Duration(i-2000) * time.Second)
			many = append(many, fmt.Sprintf(`"server %d":{"mode":"eprt","time":%q}`, i, at.Format(time.RFC3339)))
		}
		if err := os.WriteFile(path, []byte(`{"servers":{`+strings.Join(many, ",")+`}}`), 0o600); err != nil {
			t.Fatal(err)
		}
		m.Remember("server 1002", ftpclient.EPRT)
		for i := range 4 {
			if known := m.Mode(fmt.Sprint("server ", i)) != ""; known != (i == 3) {
				t.Errorf("server %d: %v", i, known)
			}
		}
		if err := m.Err(); err != nil {
			t.Error(err)
		}
	})
}

// Another file is not overwritten, and many writers leave a whole one.
func TestFileMemoryBadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "modes.json")
	for _, text := range []string{"my diary", strings.Repeat("x", 2<<20)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		m := ftpclient.NewFileMemory(path)
		m.Remember("one", ftpclient.PASV)
		if got, err := os.ReadFile(path); string(got) != text || err != nil || m.Err() == nil || m.Mode("one") != "" {
			t.Errorf("it is another one, %v", m.Err())
		}
	}
	if err := os.WriteFile(path, []byte(`{"servers":{"one":{"mode":"rm -rf","time":"2999-01-01T00:00:00Z"}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := ftpclient.NewFileMemory(path).Mode("one"); got != "" {
		t.Errorf("it is told %q", got)
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			m := ftpclient.NewFileMemory(path)
			for range 20 {
				m.Remember(fmt.Sprint("server ", i), ftpclient.PORT)
			}
			if err := m.Err(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	m, left := ftpclient.NewFileMemory(path), 0
	for i := range 8 {
		if m.Mode(fmt.Sprint("server ", i)) != "" {
			left++
		}
	}
	if left == 0 || m.Err() != nil { // each may have overwritten what others wrote
		t.Errorf("nothing is left: %v", m.Err())
	}
}
