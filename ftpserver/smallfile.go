package ftpserver

import (
	"net"
	"os"
	"sync/atomic"

	"ferry/ftp"
	"ferry/internal/dtp"
	"ferry/internal/netx"
)

// maxSmall is how large a file may be, in bytes, to be sent before its 150 is: so little fits into
// the send buffer of a new connection, and sending it waits for nobody.
const maxSmall = 8 << 10

// planSmall lets a plan send a small file at once. The 150 then goes together with the 226: a
// client that waits for the one, and then for the other, is woken once and not three times. The
// two connections have no order between them, so he sees nothing that the network could
// not have made of a 150 that was sent before.
//
// That is for files of the system, which are opened already when they are sent, over connections in
// clear: who speaks TLS begins after the 150. Nobody's rate is limited so briefly.
func (s *session) planSmall(t *transfer, file *os.File) {
	if file == nil || t.typ != ftp.TypeImage || s.sec.private || !s.policy.Data.Kernel || s.limit[t.dir] != nil {
		return
	}
	if t.left <= 0 || t.left > maxSmall {
		return
	}
	t.small = func(conn net.Conn) (n int64, whole bool) {
		n, whole = netx.SendFileNow(conn, file, t.left)
		t.left -= n // for who sends the rest
		return n, whole
	}
}

// sendSmall sends what a transfer may send at once, if that is all of it, and reports whether it is.
// If not, the connection is as good as it was, and some of the file may have gone.
func (s *session) sendSmall(t *transfer, conn net.Conn, moved *atomic.Int64) (done bool, err error) {
	if t.small == nil {
		return false, nil
	}
	n, whole := t.small(conn)
	moved.Add(n)
	if !whole {
		return false, nil
	}
	s.held = t.announcement()
	if err := conn.Close(); err != nil {
		return true, &dtp.Error{Cause: ftp.CauseDataReset, Err: err}
	}
	return true, nil
}
