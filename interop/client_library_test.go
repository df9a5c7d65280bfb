package interop_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"ferry/ftpclient"
	"ferry/internal/peers"
)

// TestLibrary takes the client library through every real server, in each way to
// make a data connection, in clear and with both versions of TLS.
func TestLibrary(t *testing.T) {
	for _, server := range libraryServers() {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			for _, version := range []uint16{0, tls.VersionTLS12, tls.VersionTLS13} {
				if version != 0 && !server.secure {
					continue
				}
				name := "clear"
				if version != 0 {
					name = tls.VersionName(version)
				}
				t.Run(name, func(t *testing.T) {
					tg := server.start(t, version != 0)
					for _, mode := range []ftpclient.Mode{ftpclient.EPSV, ftpclient.PASV, ftpclient.EPRT, ftpclient.PORT} {
						if slices.Contains(server.lacks, mode) {
							continue
						}
						t.Run(string(mode), func(t *testing.T) { tryLibrary(t, &tg, mode, version) })
					}
				})
			}
		})
	}
}

// tryLibrary stores, goes on, appends, retrieves, lists, gives up, and is still
// understood then.
func tryLibrary(t *testing.T, tg *libraryTarget, mode ftpclient.Mode, version uint16) {
	ctx := t.Context()
	c := tg.dial(t, ftpclient.Config{Modes: []ftpclient.Mode{mode}}, version)
	whole := randomBytes(1_000_000)
	name := "file-" + string(mode)
	check := func(what string, r ftpclient.Result, err error, want int) {
		t.Helper()
		if err != nil || r.Mode != mode || r.Private != (version != 0) || r.Bytes != int64(want) {
			t.Fatalf("%s: %+v, %v; want %d bytes", what, r, err, want)
		}
	}

	r, err := c.Store(ctx, name, bytes.NewReader(whole[:400_000]), 0)
	check("store", r, err, 400_000)
	r, err = c.Store(ctx, name, bytes.NewReader(whole[300_000:700_000]), 300_000)
	check("go on storing", r, err, 400_000)
	r, err = c.Append(ctx, name, bytes.NewReader(whole[700_000:]))
	check("append", r, err, 300_000)
	r, err = c.Store(ctx, name+"-empty", bytes.NewReader(nil), 0)
	check("store nothing", r, err, 0)

	var got bytes.Buffer
	r, err = c.Retrieve(ctx, &got, name, 0)
	check("retrieve", r, err, len(whole))
	if !bytes.Equal(got.Bytes(), whole) {
		t.Fatal("what came is not what went")
	}
	got.Reset()
	r, err = c.Retrieve(ctx, &got, name, 999_000)
	check("retrieve the end", r, err, 1000)
	if !bytes.Equal(got.Bytes(), whole[999_000:]) {
		t.Fatal("the end is another one")
	}

	if sizes, err := listed(c, t); err != nil || sizes[name] != int64(len(whole)) {
		t.Errorf("listed %v, %v", sizes, err)
	}
	for range 3 {
		full := errors.New("no more room")
		if _, err := c.Retrieve(ctx, failing{full}, name, 0); !errors.Is(err, full) {
			t.Fatalf("given up: %v", err)
		}
		if n, err := c.Size(ctx, name); err != nil || n != int64(len(whole)) {
			t.Fatalf("after it was given up: %d, %v", n, err)
		}
	}
	if _, err := c.Retrieve(ctx, &got, "nosuch", 0); ftpclient.Code(err) != 550 {
		t.Errorf("a file that is not there: %v", err)
	}
	if err := c.Remove(ctx, name); err != nil {
		t.Error(err)
	}
	if err := c.Quit(ctx); err != nil {
		t.Error(err)
	}
}

// TestLibraryUploads stores a hundred files in a row over TLS 1.3 and loses none,
// at servers that want each data connection resumed and ended in good order.
func TestLibraryUploads(t *testing.T) {
	for _, server := range libraryServers() {
		if !server.secure {
			continue
		}
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			tg := server.start(t, true)
			c := tg.dial(t, ftpclient.Config{}, tls.VersionTLS13)
			want := make(map[string]int64)
			for i := range 100 {
				name := fmt.Sprintf("up-%d", i)
				content := randomBytes(i * i * 200)
				want[name] = int64(len(content))
				if _, err := c.Store(t.Context(), name, bytes.NewReader(content), 0); err != nil {
					t.Fatalf("upload %d: %v", i, err)
				}
			}
			got, err := listed(c, t)
			if err != nil {
				t.Fatal(err)
			}
			for name, size := range want {
				if got[name] != size {
					t.Errorf("%s has %d bytes, want %d", name, got[name], size)
				}
			}
		})
	}
}

// TestLibraryClimbs goes on by itself where vsftpd refuses one way or another.
func TestLibraryClimbs(t *testing.T) {
	for name, tt := range map[string]struct {
		options []string
		want    ftpclient.Mode
	}{
		"passive is off":           {[]string{"pasv_enable=NO"}, ftpclient.EPRT},
		"active is off":            {[]string{"port_enable=NO"}, ftpclient.EPSV},
		"a foreign address in 227": {[]string{"pasv_address=203.0.113.7", "cmds_denied=EPSV"}, ftpclient.PASV},
		"only PORT is left":        {[]string{"pasv_enable=NO", "cmds_denied=EPRT,EPSV"}, ftpclient.PORT},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := peers.Vsftpd(t, peers.Config{Write: true, Options: tt.options})
			tg := anonymousTarget(s, nil)
			c := tg.dial(t, ftpclient.Config{}, 0)
			r, err := c.Store(t.Context(), "file", bytes.NewReader(randomBytes(1000)), 0)
			if err != nil || r.Mode != tt.want {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

// listed are the sizes of the files in the working directory.
func listed(c *ftpclient.Conn, t *testing.T) (map[string]int64, error) {
	sizes := make(map[string]int64)
	for e, err := range c.List(t.Context(), "") {
		if err != nil {
			return sizes, err
		}
		sizes[e.Name] = e.Size
	}
	return sizes, nil
}

// failing is a file that takes nothing.
type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// randomBytes are n bytes, the same ones each time.
func randomBytes(n int) []byte {
	source := rand.NewChaCha8([32]byte{1})
	b := make([]byte, n)
	_, _ = source.Read(b) // it never fails
	return b
}

// TestLibraryIPv6 has the modes that know more than IPv4.
func TestLibraryIPv6(t *testing.T) {
	if !peers.HaveIPv6() {
		t.Skip("no IPv6 on loopback")
	}
	for name, start := range map[string]func(testing.TB, peers.Config) *peers.Server{
		peers.NameFerry: peers.FerryDir, peers.NameVsftpd: peers.Vsftpd, peers.NamePureFTPd: peers.PureFTPd,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tg := anonymousTarget(start(t, peers.Config{Write: true, IPv6: true}), nil)
			for _, mode := range []ftpclient.Mode{ftpclient.EPSV, ftpclient.EPRT} {
				t.Run(string(mode), func(t *testing.T) { tryLibrary(t, &tg, mode, 0) })
			}
		})
	}
}
