package ftpserver_test

import (
	"crypto/tls"
	"io"
	"strings"
	"testing"

	"ferry/ftp"
)

// thirdParty lets a server make data connections to others, also under TLS.
func thirdParty(w *world) {
	w.srv.Policy.Data.PassiveAnyPeer = true
	w.srv.Policy.Security.RequireReuse = false
}

// TestTLSClientOfDataConnections makes the server the TLS client: by SSCN for files
// until it is taken back, by CPSV for one connection.
func TestTLSClientOfDataConnections(t *testing.T) {
	inWorld(t, withTLS(thirdParty), func(w *world) {
		w.put("/file", "content")
		s, config := w.dial(), clientConfig(tls.VersionTLS13)
		s.auth(config)
		s.do("USER anna", "331")
		s.do("PASS secret", "230")
		s.do("CPSV", "503")
		s.do("PROT P", "200")
		if feat := s.do("FEAT", "211").String(); !strings.Contains(feat, " SSCN /") || !strings.Contains(feat, " CPSV /") {
			t.Errorf("%s", feat)
		}
		asServer := &tls.Config{Certificates: []tls.Certificate{testCertificate()}}
		method := func(command, want string) {
			t.Helper()
			if text := s.do(command, "200").Text(); text != "SSCN:"+want+" METHOD" {
				t.Errorf("%s: %s", command, text)
			}
		}
		read := func(conn *tls.Conn) {
			t.Helper()
			got, err := io.ReadAll(conn)
			if err != nil || len(got) == 0 {
				t.Errorf("%q, %v", got, err)
			}
			_ = conn.Close()
			s.expect("226")
		}
		method("SSCN", "SERVER")
		s.do("SSCN maybe", "501")
		method("SSCN ON", "CLIENT")
		data := s.passive()
		s.do("RETR file", "150")
		read(tls.Server(data, asServer))
		read(s.private("LIST", config)) // a listing is for the client of the session
		method("SSCN OFF", "SERVER")
		read(s.private("RETR file", config))

		at, err := ftp.ParsePassive(s.do("CPSV", "227").Text())
		if err != nil {
			t.Fatal(err)
		}
		data = s.dialData(s.host, at.Port())
		s.do("RETR file", "150")
		read(tls.Server(data, asServer))
		read(s.private("RETR file", config)) // CPSV was for one
	})
}

// Neither is to be had where data connections to others are not allowed, nor where
// they must resume, nor in clear.
func TestNoTLSClient(t *testing.T) {
	for name, change := range map[string]func(*world){
		"no foreign data connections": func(w *world) { w.srv.Policy.Security.RequireReuse = false },
		"sessions must be resumed":    func(w *world) { w.srv.Policy.Data.PassiveAnyPeer = true },
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, withTLS(change), func(w *world) {
				s := w.dial()
				s.auth(clientConfig(tls.VersionTLS12))
				s.do("USER anna", "331")
				s.do("PASS secret", "230")
				s.do("PROT P", "200")
				if feat := s.do("FEAT", "211").String(); strings.Contains(feat, "SSCN") || strings.Contains(feat, "CPSV") {
					t.Errorf("%s", feat)
				}
				for _, command := range []string{"SSCN ON", "SSCN", "CPSV"} {
					if reply := s.do(command, "534").String(); !strings.Contains(reply, "third-party-refused") {
						t.Errorf("%s: %s", command, reply)
					}
				}
			})
		})
	}
	inWorld(t, withTLS(thirdParty), func(w *world) {
		s := w.dial()
		s.do("USER anna", "331")
		s.do("PASS secret", "230")
		s.do("SSCN ON", "503")
		s.do("CPSV", "503")
	})
}
