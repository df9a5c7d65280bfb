package ftpserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"ferry/ftp"
	"ferry/internal/dtp"
	"ferry/vfs"
)

// transfer is the plan of a command that needs the data connection. The loop
// carries it out: open, 150, move, close, final reply.
type transfer struct {
	path   string
	dir    Direction
	typ    ftp.Type
	offset int64
	left   int64 // of a download: bytes of the file that are to be sent, 0 if that is not known
	// opening is the text of the 150, done that of the 226.
	opening, done string
	// small sends all that there is, if it can without waiting; nil where that may not be tried.
	small func(conn net.Conn) (n int64, whole bool)
	// move moves the bytes, after small those that are left.
	move func(st *dtp.Stream) error
	// settle is called once at the end in any case, with what went wrong or
	// nil, after the data connection is closed. It keeps or throws away what
	// was written, and may turn success into failure.
	settle func(err error) error
}

// errAborted and errControlLost end a transfer from the control connection.
var (
	errAborted     = &dtp.Error{Cause: ftp.CauseAborted}
	errControlLost = &dtp.Error{Cause: ftp.CauseControlLost}
)

// transfer has a plan made and carries it out.
func (s *session) transfer(ctx context.Context, verb ftp.Verb, plan func(context.Context, *session, string) (*transfer, error), arg string) (ftp.Reply, error) {
	defer func() { s.rest = 0 }()
	if s.data == nil {
		return ftp.Reply{}, &ftp.Error{
			Reply: ftp.Replyf(ftp.CodeUsePortOrPasv, "Use PORT or PASV first."),
			Cause: &dtp.Error{Cause: ftp.CauseNoDataPort},
		}
	}
	if s.policy.Security.RequireData && !s.sec.private {
		return ftp.Reply{}, ftp.Errorf(ftp.CodeDataTLS, "Data connections must be encrypted.")
	}
	t, err := plan(ctx, s, arg)
	if err != nil {
		return ftp.Reply{}, err
	}

	start := time.Now()
	moved := new(atomic.Int64)
	info := TransferInfo{
		Verb: verb, Private: s.sec.private, Path: t.path, Direction: t.dir, Mode: s.mode, Data: s.data.Addr(), Type: t.typ, Offset: t.offset,
	}
	conn := s.openNow()
	whole, aborted := false, false
	if conn != nil {
		whole, err = s.sendSmall(t, conn, moved)
	}
	if whole {
		err = t.settle(err) // over, before anybody could have ended it
	} else {
		aborted, err = s.supervise(ctx, t, conn, moved)
	}

	info.Bytes, info.Elapsed, info.Err, info.Cause = moved.Load(), time.Since(start), err, dtp.CauseOf(err)
	info.Reply = s.transferReply(t, err)
	if a, ok := s.data.(*dtp.Active); ok {
		info.Note = a.Fallback()
	}
	s.dropData()
	s.ended = &ended{info, aborted}
	if err != nil {
		err = &ftp.Error{Reply: info.Reply, Cause: err}
	}
	return info.Reply, err
}

// ended is a transfer whose final reply is to be written.
type ended struct {
	info    TransferInfo
	aborted bool // ABOR ended it, or came too late, and wants a reply of its own
}

// supervise carries out a transfer that the client may abort, or a limit end. conn is nil if
// the data connection is still to be made.
func (s *session) supervise(ctx context.Context, t *transfer, conn net.Conn, moved *atomic.Int64) (aborted bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := s.watch(cancel, t, moved)
	stop := s.limitTime(func() { cancel(errTransferTimeout) })
	err = s.carryOut(ctx, t, conn, moved)
	stop()
	watch.stop()
	return watch.aborted, err
}

// carryOut opens the data connection, says so, and moves the bytes.
func (s *session) carryOut(ctx context.Context, t *transfer, conn net.Conn, moved *atomic.Int64) (err error) {
	defer func() { err = t.settle(err) }()
	if conn == nil {
		if conn, err = s.openData(ctx); err != nil {
			return err
		}
		if whole, err := s.sendSmall(t, conn, moved); whole {
			return err
		}
	}
	st := dtp.NewStream(ctx, conn, dtp.Rules{
		Stall: s.policy.Data.StallTimeout, Limiter: s.limit[t.dir], Chunk: s.policy.Data.Chunk,
		Kernel: s.policy.Data.Kernel, Moved: moved,
	})
	// Many clients send nothing before they have read the 150, no ClientHello
	// either.
	s.write(t.announcement())
	if s.sec.private {
		if err := s.protect(st, t.dir); err != nil {
			st.Abort()
			return err
		}
	}
	if err := t.move(st); err != nil {
		st.Abort()
		return err
	}
	if err := st.Close(); err != nil && t.dir != Upload {
		if dtp.CauseOf(err) != "" {
			return err
		}
		return &dtp.Error{Cause: ftp.CauseDataReset, Err: err}
	}
	return nil
}

// announcement is the reply by which the transfer begins.
func (t *transfer) announcement() ftp.Reply {
	return ftp.Reply{Code: ftp.CodeDataOpening, Lines: []string{t.opening}}
}

// dataSecurity is how the data connections of the session are made private.
func (s *session) dataSecurity() dtp.Security {
	p := &s.policy.Security
	return dtp.Security{
		Config: s.sec.config, MustResume: p.RequireReuse, Peer: s.sec.peer,
		StrictEOF: p.StrictReadEOF, StrictShutdown: p.StrictWriteShutdown,
		Background: s.srv.wg.Go,
	}
}

// openNow is the data connection that was agreed if the client has made it already, which he mostly
// has, else nil.
func (s *session) openNow() net.Conn {
	if p, ok := s.data.(*dtp.Passive); ok {
		return p.OpenNow()
	}
	return nil
}

// openData makes the data connection that was agreed, in the time that its mode
// has.
func (s *session) openData(ctx context.Context) (net.Conn, error) {
	limit := s.policy.Data.AcceptTimeout
	if s.mode == Active {
		limit = s.policy.Data.ConnectTimeout
	}
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	return s.data.Open(ctx)
}

// transferReply is the final reply of a transfer.
func (s *session) transferReply(t *transfer, err error) ftp.Reply {
	if err == nil {
		return ftp.Reply{Code: ftp.CodeTransferOK, Lines: []string{t.done}}
	}
	if local, ok := errors.AsType[*dtp.LocalError](err); ok {
		return localReply(t, local)
	}
	e, ok := errors.AsType[*dtp.Error](err)
	if !ok {
		return replyOf(failed(ftp.CodeLocalError, "Transfer failed", err))
	}
	switch e.Cause {
	case ftp.CausePassivePeerMismatch:
		return ftp.Replyf(ftp.CodeBadDataPeer, "Security: Bad IP connecting. Expected %s, seen %s (%s).",
			e.Expected.Addr(), e.Seen.Addr(), e.Cause)
	case ftp.CausePassiveNoConnection:
		return ftp.Replyf(ftp.CodeNoDataConn, "Failed to establish connection: %s did not connect to port %d in %v (%s).",
			e.Expected.Addr(), s.data.Addr().Port(), s.policy.Data.AcceptTimeout, e.Cause)
	case ftp.CauseActiveRefused, ftp.CauseActiveTimeout, ftp.CauseActiveUnreachable:
		return ftp.Replyf(ftp.CodeNoDataConn, "Failed to establish connection to %s: %s (%s).", e.Expected, activeWord[e.Cause], e.Cause)
	case ftp.CauseAborted:
		return ftp.Replyf(ftp.CodeTransferAborted, "Transfer aborted.")
	case ftp.CauseDataTimeout:
		s.finish(e.Cause, nil) // as vsftpd.conf(5) has it: the client is kicked off
		return ftp.Replyf(ftp.CodeClosing, "Data timeout. No byte moved for %v (%s). Reconnect. Sorry.", s.policy.Data.StallTimeout, e.Cause)
	case ftp.CauseTransferTimeout:
		return ftp.Replyf(ftp.CodeTransferAborted, "The transfer has lasted %v, which is the limit (%s).", s.policy.Time.Transfer, e.Cause)
	case ftp.CauseShutdown:
		s.finish(e.Cause, nil)
		return ftp.Replyf(ftp.CodeClosing, "The server is stopping (%s).", e.Cause)
	case ftp.CauseControlLost:
		s.finish(e.Cause, nil)
		return ftp.Replyf(ftp.CodeTransferAborted, "Control connection lost (%s).", e.Cause)
	case ftp.CauseTLSNotResumed:
		return ftp.Replyf(ftp.CodeDataTLS, "SSL connection failed: session reuse required, see require_ssl_reuse (%s).", e.Cause)
	case ftp.CauseTLSCertificate:
		return ftp.Replyf(ftp.CodeDataTLS, "SSL connection failed: not the certificate of the control connection (%s).", e.Cause)
	case ftp.CauseTLSHandshake:
		return ftp.Replyf(ftp.CodeDataTLS, "SSL connection failed (%s).", e.Cause)
	case ftp.CauseDataReset, ftp.CauseTLSTruncated:
		word := "writing"
		if t.dir == Upload {
			word = "reading"
		}
		return ftp.Replyf(ftp.CodeTransferAborted, "Failure %s network stream (%s).", word, e.Cause)
	default:
		return ftp.Replyf(ftp.CodeNoDataConn, "Failed to establish connection (%s).", e.Cause)
	}
}

// activeWord says what the causes of a failed dial mean.
var activeWord = map[ftp.Cause]string{
	ftp.CauseActiveRefused:     "connection refused",
	ftp.CauseActiveTimeout:     "no answer",
	ftp.CauseActiveUnreachable: "not reachable",
}

// localReply is the final reply of a transfer that failed at the file.
func localReply(t *transfer, err error) ftp.Reply {
	err = vfs.FromOS(err) // where the kernel wrote, the store has not seen it
	switch {
	case t.dir != Upload:
		return ftp.Replyf(ftp.CodeLocalError, "Failure reading local file.")
	case errors.Is(err, vfs.ErrNoSpace):
		return ftp.Replyf(ftp.CodeNoSpace, "Failure writing to local file: no space left.")
	case errors.Is(err, vfs.ErrQuota):
		return ftp.Replyf(ftp.CodeQuota, "Failure writing to local file: quota exceeded.")
	}
	return ftp.Replyf(ftp.CodeLocalError, "Failure writing to local file.")
}

// progress is what STAT says of a running transfer.
func (t *transfer) progress(moved int64) string {
	return fmt.Sprintf("%s of %q: %d bytes so far", t.dir, t.path, moved)
}
