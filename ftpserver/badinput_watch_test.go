package ftpserver_test

import (
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ferry/ftp"
	"ferry/ftpserver"
)

// A fault in what listens to the control connection during a transfer ends that
// session, and not the server with all its sessions.
func TestBadInputWatcherFault(t *testing.T) {
	inWorld(t, func(w *world) {
		w.srv.Trace.Line = func(_ ftpserver.SessionInfo, l ftpserver.Line) {
			if l.Text == "NOOP fault" {
				panic("a fault in a trace function")
			}
		}
	}, func(w *world) {
		w.put("/big", strings.Repeat("x", 1<<20))
		s, other := w.login(), w.login()
		data := s.passive()
		s.do("RETR big", "150")
		time.Sleep(time.Second)
		s.send("NOOP fault\r\n")
		time.Sleep(time.Second)
		if _, err := io.ReadAll(data); err == nil {
			t.Error("what was broken off looks whole")
		}
		for { // whatever it still says
			if _, err := s.reply(); err != nil {
				break
			}
		}
		synctest.Wait()
		if len(w.ended) != 1 || w.ended[0].Cause != ftp.CauseInternal || !strings.Contains(w.ended[0].Err.Error(), "a fault in a trace function") {
			t.Errorf("ended by %+v", w.ended)
		}
		other.do("NOOP", "200")
		if n := w.srv.Sessions(); n != 1 {
			t.Errorf("%d sessions", n)
		}
	})
}
