package broker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"ferry/vfs"
	"ferry/vfs/memfs"
)

// fill gives every field of a struct a value that is not zero, so that one that
// the codec forgets comes back different.
func fill(t *testing.T, v reflect.Value) {
	t.Helper()
	for i := range v.NumField() {
		f := v.Field(i)
		switch f.Interface().(type) {
		case time.Time:
			f.Set(reflect.ValueOf(time.Unix(1_700_000_000, 123_456_789)))
			continue
		}
		switch f.Kind() {
		case reflect.Bool:
			f.SetBool(true)
		case reflect.String:
			f.SetString("text\xff " + v.Type().Field(i).Name)
		case reflect.Int64:
			f.SetInt(-1 << 40)
		case reflect.Uint32, reflect.Uint64:
			f.SetUint(1<<31 + uint64(i))
		default:
			t.Fatalf("a field of kind %v: teach the codec and this test", f.Kind())
		}
	}
}

func TestEveryFieldTravels(t *testing.T) {
	var info vfs.Info
	fill(t, reflect.ValueOf(&info).Elem())
	e := encoder{}
	e.info(info)
	d := decoder{b: e.b}
	if got := d.info(); got != info || d.end() != nil {
		t.Errorf("%+v became %+v, %v", info, got, d.end())
	}
	var opts vfs.CreateOptions
	fill(t, reflect.ValueOf(&opts).Elem())
	e = encoder{}
	e.options(opts)
	d = decoder{b: e.b}
	if got := d.options(); got != opts || d.end() != nil {
		t.Errorf("%+v became %+v, %v", opts, got, d.end())
	}
	// One switch at a time: they are not exchanged.
	for i := range optionFlags(&opts) {
		var one vfs.CreateOptions
		*optionFlags(&one)[i] = true
		e = encoder{}
		e.options(one)
		d = decoder{b: e.b}
		if got := d.options(); got != one {
			t.Errorf("%+v became %+v", one, got)
		}
	}
}

// travel sends an error to the other end.
func travel(t *testing.T, err error) error {
	t.Helper()
	e := encoder{}
	e.faults(faults(err))
	if len(e.b) >= maxMessage {
		t.Errorf("%d bytes for an error", len(e.b))
	}
	d := decoder{b: e.b}
	list := d.faults()
	if err := d.end(); err != nil {
		t.Fatal(err)
	}
	return rebuilt(list)
}

// TestEveryKindTravels compares with the source of package vfs, so that a kind
// that is new there is not forgotten here.
func TestEveryKindTravels(t *testing.T) {
	named := map[string]error{
		"ErrTaken": vfs.ErrTaken, "ErrNotExist": vfs.ErrNotExist, "ErrExist": vfs.ErrExist, "ErrPermission": vfs.ErrPermission,
		"ErrInvalid": vfs.ErrInvalid, "ErrIsDir": vfs.ErrIsDir, "ErrNotDir": vfs.ErrNotDir, "ErrNotEmpty": vfs.ErrNotEmpty,
		"ErrNotRegular": vfs.ErrNotRegular, "ErrNoSpace": vfs.ErrNoSpace, "ErrQuota": vfs.ErrQuota, "ErrLocked": vfs.ErrLocked,
		"ErrNameTooLong": vfs.ErrNameTooLong, "ErrLoop": vfs.ErrLoop, "ErrUnsupported": vfs.ErrUnsupported, "ErrCrossDevice": vfs.ErrCrossDevice,
	}
	file, err := parser.ParseFile(token.NewFileSet(), "../../vfs/error.go", nil, 0)
	must(t, err)
	for _, decl := range file.Decls {
		vars, ok := decl.(*ast.GenDecl)
		if !ok || vars.Tok != token.VAR {
			continue
		}
		for _, spec := range vars.Specs {
			for _, name := range spec.(*ast.ValueSpec).Names {
				if named[name.Name] == nil {
					t.Errorf("vfs.%s is not among the kinds that travel", name.Name)
				}
			}
		}
	}
	named["ErrClosed"], named["Canceled"], named["DeadlineExceeded"] = fs.ErrClosed, context.Canceled, context.DeadlineExceeded
	for name, kind := range named {
		got := travel(t, &fs.PathError{Op: "open", Path: "/a\xff", Err: fmt.Errorf("because: %w", kind)})
		if !errors.Is(got, kind) {
			t.Errorf("%s became %v", name, got)
		}
		if want := "open /a\xff: because: " + kind.Error(); got.Error() != want {
			t.Errorf("the text is %q, want %q", got, want)
		}
		if e, ok := errors.AsType[*fs.PathError](got); !ok || e.Op != "open" || e.Path != "/a\xff" {
			t.Errorf("%s: no *fs.PathError: %#v", name, got)
		}
		for other, not := range named {
			if errors.Is(got, not) != errors.Is(kind, not) {
				t.Errorf("%s is %s", name, other)
			}
		}
	}
}

func TestErrorsTravel(t *testing.T) {
	got := travel(t, vfs.FromOS(&fs.PathError{Op: "mkdir", Path: "/d", Err: syscall.ENOTEMPTY}))
	if errno, ok := errors.AsType[syscall.Errno](got); !ok || errno != syscall.ENOTEMPTY || !errors.Is(got, vfs.ErrNotEmpty) {
		t.Errorf("ENOTEMPTY became %#v", got)
	}
	joined := errors.Join(&fs.PathError{Op: "commit", Path: "/f", Err: syscall.ENOSPC}, errors.New("plain"))
	if got := travel(t, joined); got.Error() != joined.Error() {
		t.Errorf("%q became %q", joined, got)
	}
	var many []error
	for range 100 {
		many = append(many, errors.New(strings.Repeat("x", 3*maxString)))
	}
	if got := travel(t, errors.Join(many...)); !strings.HasPrefix(got.Error(), "xxx") {
		t.Errorf("a long error became %.20q", got.Error())
	}
	_ = travel(t, errors.Join(many[:maxFaults]...))
	if got := travel(t, fmt.Errorf("%w: %w", fs.ErrExist, syscall.EEXIST)); got.Error() != "file already exists: file exists" {
		t.Errorf("two wrapped errors became %q", got)
	}
}

// FuzzDecode reads each kind of value from any bytes: what is taken for
// well-formed is what the encoder writes.
func FuzzDecode(f *testing.F) {
	e := encoder{}
	e.info(vfs.Info{Name: "a", Mode: fs.ModeDir | 0o755, Nlink: 2, Target: "b", ID: "1.2", ModTime: time.Unix(1, 2)})
	f.Add(e.b)
	e = encoder{}
	e.options(vfs.CreateOptions{Offset: 5, Append: true, Perm: 0o600})
	f.Add(e.b)
	e = encoder{}
	e.faults(faults(errors.Join(&fs.PathError{Op: "open", Path: "/f", Err: syscall.EACCES}, fs.ErrExist)))
	f.Add(e.b)
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		for name, again := range map[string]func(d *decoder, e *encoder){
			"info":    func(d *decoder, e *encoder) { e.info(d.info()) },
			"options": func(d *decoder, e *encoder) { e.options(d.options()) },
			"faults":  func(d *decoder, e *encoder) { e.faults(d.faults()) },
		} {
			d, e := decoder{b: bytes.Clone(b)}, encoder{}
			again(&d, &e)
			if d.end() == nil && !bytes.Equal(e.b, b) {
				t.Errorf("%s: %x is read and written as %x", name, b, e.b)
			}
		}
	})
}

// FuzzRequest hands a session any sequence of requests: it answers each within
// the bounds, or ends.
func FuzzRequest(f *testing.F) {
	for op := opStat; op <= opEnter+1; op++ {
		e := encoder{}
		e.u8(byte(op))
		e.str("/f")
		e.u64(3)
		f.Add(e.b, uint32(1))
		e = encoder{}
		e.u8(byte(op))
		e.u32(1)
		e.str("/f")
		e.options(vfs.CreateOptions{})
		f.Add(e.b, uint32(1))
	}
	f.Fuzz(func(t *testing.T, request []byte, handle uint32) {
		u := &userThread{
			service: &service{ctx: t.Context()},
			fsys:    memfs.New(),
			writers: make(map[uint32]vfs.Writer),
			lists:   make(map[uint32]*listing),
		}
		first := encoder{}
		first.u8(byte(opCreate))
		first.u32(handle)
		first.str("/f")
		first.options(vfs.CreateOptions{})
		for _, b := range [][]byte{first.b, request, request} {
			p, err := u.answer(b)
			if len(u.out.b) > maxMessage || len(u.writers) > maxHandles || len(u.lists) > maxHandles {
				t.Errorf("an answer of %d bytes, %d writers and %d listings", len(u.out.b), len(u.writers), len(u.lists))
			}
			if p.close != nil {
				must(t, p.close())
			}
			if err != nil {
				break
			}
		}
		must(t, u.leave())
	})
}

// FuzzAnswer hands the Client any answer to each request: it ends the session,
// or believes it.

func FuzzAnswer(f *testing.F) {
	f.Add([]byte{answerDone})
	f.Add([]byte{answerFault, 1, 0, 0, 1, 'x', 0, 0, 0, 1, 0, 0, 0, 2})
	e := encoder{}
	e.u8(answerDone)
	e.u8(batchEnd)
	e.u16(1)
	e.info(vfs.Info{Name: "x"})
	f.Add(e.b)
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) == 0 || len(b) > maxMessage {
			return
		}
		for _, call := range []func(s *Session) error{
			func(s *Session) error { _, err := s.Stat(t.Context(), "/f"); return err },
			func(s *Session) error { return s.Remove(t.Context(), "/f") },
			func(s *Session) error {
				var last error
				for _, last = range s.List(t.Context(), "/") {
					continue
				}
				return last
			},
		} {
			s, broker := bareSession(t)
			go func() {
				buf := make([]byte, maxMessage)
				if _, _, err := broker.receive(buf); err == nil {
					_ = broker.send(b, -1) // the session may have ended
				}
				_ = broker.close()
			}()
			_ = call(s)
			_ = s.Close() // it may have ended
		}
	})
}
