package ftpserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"

	"ferry/ftp"
	"ferry/internal/dtp"
	"ferry/vfs"
)

func planRetr(ctx context.Context, s *session, arg string) (*transfer, error) {
	const text = "Failed to open file"
	arg = s.tilde(arg)
	name, err := s.resolve(arg)
	if err != nil {
		return nil, failed(ftp.CodeDenied, text, err)
	}
	typ, seek, skip := ftp.TypeImage, s.rest, int64(0)
	if s.typ == ftp.TypeASCII && s.policy.Download.ASCII {
		// The offset counts bytes as sent (RFC 3659 §5.2), which are not those
		// of the file: send from the start, and leave out that many.
		typ, seek, skip = ftp.TypeASCII, 0, s.rest
	}
	r, err := s.fsys.Open(ctx, name, seek)
	if err != nil {
		return nil, failed(ftp.CodeDenied, text, err)
	}
	size := r.Info().Size
	t := &transfer{
		path: name, dir: Download, typ: typ, offset: s.rest, left: size - seek,
		opening: "Opening " + typ.String() + " mode data connection for " + arg + " (" + strconv.FormatInt(size, 10) + " bytes).",
		done:    "Transfer complete.",
		settle: func(err error) error {
			_ = r.Close()
			return err
		},
	}
	t.move = func(st *dtp.Stream) error {
		return st.Send(r, osFile(r), dtp.SendOptions{Type: typ, Skip: skip, Size: t.left})
	}
	s.planSmall(t, osFile(r))
	return t, nil
}

func planStor(ctx context.Context, s *session, arg string) (*transfer, error) {
	return s.planUpload(ctx, arg, vfs.CreateOptions{Offset: s.rest}, "Ok to send data.")
}

func planAppe(ctx context.Context, s *session, arg string) (*transfer, error) {
	return s.planUpload(ctx, arg, vfs.CreateOptions{Append: true}, "Ok to send data.")
}

// maxUnique is how many names STOU tries.
const maxUnique = 1000

// planStou stores under a name that is free: the one given (or "STOU"), else
// that with a number behind. The 150 tells it (RFC 1123 §4.1.2.9).
func planStou(ctx context.Context, s *session, arg string) (*transfer, error) {
	if arg == "" {
		arg = "STOU"
	}
	for i := range maxUnique {
		name := arg
		if i > 0 {
			name = fmt.Sprintf("%s.%d", arg, i)
		}
		t, err := s.planUpload(ctx, name, vfs.CreateOptions{Exclusive: true}, "FILE: "+name)
		if err == nil || !errors.Is(err, vfs.ErrExist) {
			return t, err
		}
	}
	return nil, failed(ftp.CodeBadName, "Could not create file", vfs.ErrExist)
}

// planUpload plans to receive a file.
func (s *session) planUpload(ctx context.Context, arg string, opts vfs.CreateOptions, opening string) (*transfer, error) {
	const text = "Could not create file"
	name, err := s.resolve(arg)
	if err != nil {
		return nil, failed(ftp.CodeBadName, text, err)
	}
	policy := &s.policy.Upload
	typ := ftp.TypeImage
	if s.typ == ftp.TypeASCII && policy.ASCII {
		typ = ftp.TypeASCII
		if opts.Offset > 0 {
			return nil, ftp.Errorf(ftp.CodeNotForParameter, "REST of an upload works with TYPE I only.")
		}
	}
	opts.Perm = policy.Mode &^ s.umask
	opts.KeepPartial, opts.Lock, opts.Atomic = !policy.DeleteFailed, policy.Lock, policy.Atomic
	w, err := s.fsys.Create(ctx, name, opts)
	if err != nil {
		return nil, failed(ftp.CodeBadName, text, err)
	}
	return &transfer{
		path: name, dir: Upload, typ: typ, offset: opts.Offset, opening: opening, done: "Transfer complete.",
		move: func(st *dtp.Stream) error { return st.Receive(w, osFile(w), typ) },
		settle: func(err error) error {
			if err == nil && policy.GiveAway != nil {
				err = giveAway(ctx, w, name, policy.GiveAway)
			}
			if err != nil {
				return errors.Join(err, w.Abort(err))
			}
			if err := w.Commit(ctx); err != nil {
				return &dtp.LocalError{Err: err}
			}
			return nil
		},
	}, nil
}

// giveAway makes an uploaded file somebody else's (chown_uploads).
func giveAway(ctx context.Context, w vfs.Writer, name string, give func(context.Context, *os.File) error) error {
	f := osFile(w)
	if f == nil {
		return &dtp.LocalError{Err: fmt.Errorf("give away %s: %w", name, vfs.ErrUnsupported)}
	}
	if err := give(ctx, f); err != nil {
		return &dtp.LocalError{Err: fmt.Errorf("give away %s: %w", name, err)}
	}
	return nil
}

// osFile is the local file behind a Reader or Writer, or nil.
func osFile(v any) *os.File {
	if f, ok := v.(vfs.Filer); ok {
		return f.File()
	}
	return nil
}
