package ftpclient_test

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"ferry/ftpclient"
)

// answer serves on loopback with a function that says what to reply to a line; ""
// hangs up.
func answer(t *testing.T, reply func(line string) string) string {
	t.Helper()
	return listen(t, func(conn net.Conn) {
		_, _ = fmt.Fprint(conn, "220 ready\r\n")
		lines := bufio.NewScanner(conn)
		for lines.Scan() {
			text := reply(lines.Text())
			if text == "" {
				return
			}
			_, _ = fmt.Fprint(conn, strings.ReplaceAll(text, "\n", "\r\n")+"\r\n")
		}
	})
}

// listen serves each connection on loopback with a function of its own.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				serve(conn)
			}()
		}
	}()
	return l.Addr().String()
}

// What servers answer to HASH and its forerunners, in the forms in which they do.
func TestChecksum(t *testing.T) {
	const md5 = "0cc175b9c0f1b6a831c399e269772661" // of "a"
	sum := ftpclient.SHA256.New()
	sum.Write([]byte("a"))
	sha256 := hex.EncodeToString(sum.Sum(nil))
	for name, tt := range map[string]struct {
		features string
		replies  map[string]string
		ask      ftpclient.Algorithm
		used     ftpclient.Algorithm
		want     string
	}{
		"HASH": {" HASH SHA-1;SHA-256*;MD5", map[string]string{
			"OPTS HASH SHA-256": "200 SHA-256", "HASH 0a b": "213 SHA-256 0-1 " + sha256 + " 0a b",
		}, "", ftpclient.SHA256, sha256},
		"HASH, asked for": {" HASH SHA-1;SHA-256*;MD5\n XCRC", map[string]string{
			"OPTS HASH MD5": "200 MD5", "HASH 0a b": "213 MD5 0-1 " + strings.ToUpper(md5) + " 0a b",
		}, ftpclient.MD5, ftpclient.MD5, md5},
		"XMD5":                         {" XCRC filename;start;end\n XMD5", map[string]string{"XMD5 0a b": "250 " + md5}, "", ftpclient.MD5, md5},
		"XCRC without its first zeros": {" XCRC", map[string]string{"XCRC 0a b": "250 XCRC 8B7BE43"}, "", ftpclient.CRC32, "08b7be43"},
		"XCRC of some lines":           {" XCRC", map[string]string{"XCRC 0a b": "250-wait\n250-please\n250 E8B7BE43"}, "", ftpclient.CRC32, "e8b7be43"},
	} {
		t.Run(name, func(t *testing.T) {
			c := connect(t, answer(t, func(line string) string {
				switch {
				case tt.replies[line] != "":
					return tt.replies[line]
				case line == "FEAT":
					return "211-these\n" + tt.features + "\n211 end"
				}
				return "230 ok"
			}), nil)
			for range 2 {
				got, used, err := c.Checksum(t.Context(), "0a b", tt.ask)
				if err != nil || used != tt.used || hex.EncodeToString(got) != tt.want {
					t.Errorf("%x by %s, %v", got, used, err)
				}
			}
			if _, _, err := c.Checksum(t.Context(), "0a b", ftpclient.SHA512); !errors.Is(err, ftpclient.ErrNoChecksum) {
				t.Errorf("SHA-512: %v", err)
			}
			if !slices.Contains(c.Algorithms(), tt.used) || slices.Contains(c.Algorithms(), ftpclient.SHA512) {
				t.Errorf("it has %v", c.Algorithms())
			}
		})
	}
}

func TestChecksumGarbled(t *testing.T) {
	c := connect(t, answer(t, func(line string) string {
		switch line {
		case "FEAT":
			return "211-these\n XMD5\n211 end"
		case "XMD5 file":
			return "250 0123"
		case "XMD5 gone":
			return "550 no such file"
		}
		return "230 ok"
	}), nil)
	if sum, _, err := c.Checksum(t.Context(), "file", ""); err == nil {
		t.Errorf("%x is no MD5", sum)
	}
	if _, _, err := c.Checksum(t.Context(), "gone", ""); ftpclient.Code(err) != 550 {
		t.Error(err)
	}
}
