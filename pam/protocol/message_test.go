package protocol

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

func TestRoundTrip(t *testing.T) {
	requests := []*Request{
		{ID: 1, Op: OpOpen, Service: "vsftpd", User: []byte("bj\xf6rn"), Rhost: "192.0.2.1", TTY: "ftp", Session: true, Utmp: true, Secret: []byte("p\xe4ss\n{\"id\":9}\n")},
		{ID: 1, Op: OpClose, Secret: []byte{}},
		{ID: 2, Op: OpOpen, User: []byte("bob"), Secret: bytes.Repeat([]byte("x"), MaxSecret)},
	}
	answers := []*Answer{
		{Hello: Version},
		{ID: 1, OK: true, Account: &Account{Name: []byte("b\xf6b"), UID: 1<<32 - 2, GID: 7, Groups: []uint32{7, 8}, Home: []byte("/h"), Shell: []byte("/s"), Gecos: []byte("\xff")}},
		{ID: 2, Reason: ReasonBusy, Code: "PAM_ABORT", Stage: "account", Text: "a\nb"},
		{ID: 1, Closed: true},
	}
	var in, out bytes.Buffer
	for _, q := range requests {
		if err := WriteRequest(&in, q); err != nil {
			t.Fatal(err)
		}
	}
	for _, a := range answers {
		if err := WriteAnswer(&out, a); err != nil {
			t.Fatal(err)
		}
	}
	for _, slow := range []bool{false, true} {
		r1, r2 := io.Reader(bytes.NewReader(in.Bytes())), io.Reader(bytes.NewReader(out.Bytes()))
		if slow {
			r1, r2 = iotest.OneByteReader(r1), iotest.OneByteReader(r2)
		}
		reader := NewReader(r1, MaxRequest)
		for _, want := range requests {
			if q, err := reader.Request(); err != nil || !reflect.DeepEqual(q, want) {
				t.Errorf("read %+v, %v; want %+v", q, err, want)
			}
			if len(reader.buf) < cap(reader.buf) && bytes.Contains(reader.buf[len(reader.buf):cap(reader.buf)], []byte("ss\n{")) {
				t.Error("a password is left in the buffer")
			}
		}
		if _, err := reader.Request(); !errors.Is(err, io.EOF) {
			t.Errorf("at the end: %v", err)
		}
		reader = NewReader(r2, MaxAnswer)
		for _, want := range answers {
			if a, err := reader.Answer(); err != nil || !reflect.DeepEqual(a, want) {
				t.Errorf("read %+v, %v; want %+v", a, err, want)
			}
		}
	}
}

func TestRefusedMessages(t *testing.T) {
	for _, text := range []string{
		"\n", "x\n", "{\n", "[]\n", `{"id":-1}` + "\n", `{"id":1,"secret":-1}` + "\n", `{"id":1,"secret":513}` + "\n",
		`{"id":1,"secret":5}` + "\nabcd", `{"id":1}`, `{"op":"` + strings.Repeat("x", MaxRequest) + `"}` + "\n",
		strings.Repeat("x", MaxRequest+1), `{"user":"*"}` + "\n",
	} {
		if q, err := NewReader(strings.NewReader(text), MaxRequest).Request(); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("%.40q is read as %+v, %v", text, q, err)
		}
	}
}

func FuzzRequest(f *testing.F) {
	f.Add([]byte(`{"id":1,"op":"open","user":"Ym9i","secret":3}` + "\nabc" + `{"id":1,"op":"close"}` + "\n"))
	f.Add([]byte("{}\n{}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		reader := NewReader(bytes.NewReader(text), MaxRequest)
		for {
			q, err := reader.Request()
			if err != nil {
				return
			}
			var again bytes.Buffer
			if err := WriteRequest(&again, q); err != nil {
				t.Fatal(err)
			}
			first := bytes.Clone(again.Bytes())
			p, err := NewReader(&again, 10*MaxRequest).Request()
			if err != nil {
				t.Fatalf("%q is not read again: %v", first, err)
			}
			again.Reset()
			if err := WriteRequest(&again, p); err != nil || !bytes.Equal(again.Bytes(), first) {
				t.Fatalf("%q is read and written as %q, %v", first, again.Bytes(), err)
			}
		}
	})
}
