package interop_test

import (
	"context"
	_ "embed" // the script
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ferry/internal/peers"
)

//go:embed testdata/charset.py
var charsetScript string

// charsetSamples are names in charsets that clients still write. The bytes are
// what the other side has of the text, by its own tables; in many of them is a
// backslash, or the 0xFF of Telnet.
var charsetSamples = []struct{ charset, python, lftp, text, wire string }{
	{"GBK", "gbk", "GBK", "誠中", "\xd5\x5c\xd6\xd0"},
	{"GB18030", "gb18030", "GB18030", "㐀", "\x81\x39\xee\x39"},
	{"Big5", "big5", "BIG5", "功能", "\xa5\x5c\xaf\xe0"},
	{"Shift_JIS", "shift_jis", "SJIS", "表示ソ", "\x95\x5c\x8e\xa6\x83\x5c"},
	{"EUC-JP", "euc-jp", "EUC-JP", "日本", "\xc6\xfc\xcb\xdc"},
	{"EUC-KR", "euc-kr", "EUC-KR", "한국", "\xc7\xd1\xb1\xb9"},
	{"windows-1251", "cp1251", "CP1251", "пьяный", "\xef\xfc\xff\xed\xfb\xe9"},
	{"windows-1252", "cp1252", "CP1252", "Ünïcode €", "\xdcn\xefcode \x80"},
	{"KOI8-R", "koi8-r", "KOI8-R", "яд", "\xd1\xc4"},
	{"ISO-8859-2", "iso8859-2", "ISO-8859-2", "źdźbło", "\xbcd\xbcb\xb3o"},
}

// TestCharsets has real clients write names in a charset, and looks for them in
// UTF-8 in the directory.
func TestCharsets(t *testing.T) {
	for _, sample := range charsetSamples {
		t.Run(sample.charset, func(t *testing.T) {
			t.Parallel()
			srv := peers.FerryDir(t, peers.Config{Write: true, Options: []string{"client_charset=" + sample.charset}})
			host, port, err := net.SplitHostPort(srv.Addr)
			if err != nil {
				t.Fatal(err)
			}
			lies := func(name, content string) {
				t.Helper()
				got, err := os.ReadFile(filepath.Join(srv.Root, name))
				if string(got) != content || err != nil {
					t.Errorf("%s has %q, %v", name, got, err)
				}
			}

			t.Run("ftplib", func(t *testing.T) {
				text := sample.text
				if strings.Contains(sample.wire, "\xff") {
					text = strings.ReplaceAll(text, "я", "ё") // ftplib reads 0xFF of a reply as it comes, doubled
				}
				runClient(t, peers.Need(t, peers.NamePython), nil, "-c", charsetScript, host, port, sample.python, "anonymous", "x@", text)
				lies("d"+text+"/"+text, "stays")
			})
			t.Run("lftp", func(t *testing.T) {
				local := filepath.Join(t.TempDir(), sample.text)
				if err := os.WriteFile(local, []byte("lftp"), 0o600); err != nil {
					t.Fatal(err)
				}
				script := "set net:max-retries 1; set net:timeout 20; set file:charset UTF-8; set ftp:charset " + sample.lftp +
					"; set ftp:use-utf8 no; set ftp:use-feat no; open ftp://" + srv.Addr + "; put \"" + local + "\" -o \"lftp " + sample.text + "\"; cls -1; bye"
				out := runClient(t, peers.Need(t, peers.NameLftp), []string{"LC_ALL=C.UTF-8"}, "-c", script)
				lies("lftp "+sample.text, "lftp")
				if !strings.Contains(out, "lftp "+sample.text) {
					t.Errorf("the listing has no such name: %q", out)
				}
			})
			t.Run("curl", func(t *testing.T) {
				if strings.Contains(sample.wire, "\xff") {
					t.Log("curl does not double 0xFF, which the server understands")
				}
				if err := os.WriteFile(filepath.Join(srv.Root, "curl "+sample.text), []byte("curl"), 0o644); err != nil {
					t.Fatal(err)
				}
				out := runClient(t, peers.Need(t, peers.NameCurl), nil, "-sS", "ftp://"+srv.Addr+"/"+url.PathEscape("curl "+sample.wire))
				if out != "curl" {
					t.Errorf("curl got %q", out)
				}
				list := runClient(t, peers.Need(t, peers.NameCurl), nil, "-sS", "--list-only", "ftp://"+srv.Addr+"/")
				if !strings.Contains(list, "curl "+sample.wire+"\n") {
					t.Errorf("the listing has no such bytes: %q", list)
				}
			})
		})
	}
}

// runClient runs a client to its end.
func runClient(t *testing.T, program string, env []string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), cellLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(append(os.Environ(), "HOME="+t.TempDir()), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", filepath.Base(program), err, out)
	}
	return string(out)
}
