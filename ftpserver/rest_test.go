package ftpserver_test

import (
	"context"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ferry/ftp"
)

// resting reports whether a session waits with a goroutine of its own for that.
func resting() bool {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	return strings.Contains(string(stacks), "ftpserver.(*Server).rest(")
}

func TestRest(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		s := w.dial()
		time.Sleep(199 * time.Millisecond)
		synctest.Wait()
		if resting() {
			t.Error("it rests too early")
		}
		for _, dialogue := range []struct{ command, reply, noop string }{
			{"USER u", "331", "530"}, {"PASS secret", "230", "200"}, {"NOOP", "200", "200"},
		} {
			time.Sleep(time.Second)
			synctest.Wait()
			if !resting() {
				t.Errorf("it does not rest before %s", dialogue.command)
			}
			s.send(dialogue.command[:2])
			time.Sleep(time.Second)                 // within the line
			s.send(dialogue.command[2:] + "\r\nNO") // and the next begins
			s.expect(dialogue.reply)
			time.Sleep(time.Second)
			s.send("OP\r\n")
			s.expect(dialogue.noop)
		}
		w.put("/file", "content")
		time.Sleep(time.Second)
		if got := s.fetch("RETR file"); got != "content" {
			t.Errorf("fetched %q", got)
		}
		time.Sleep(time.Second)
		_ = s.conn.Close()
		w.endedBy(ftp.CauseControlLost)
	})
}

// TestShutdownWakes has sessions rest when the server stops, in peace or not.
func TestShutdownWakes(t *testing.T) {
	for name, patience := range map[string]time.Duration{"in peace": time.Minute, "at once": 0} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, nil, func(w *world) {
				s := w.login()
				time.Sleep(time.Second)
				synctest.Wait()
				if !resting() {
					t.Fatal("it does not rest")
				}
				ctx, cancel := context.WithTimeout(w.t.Context(), patience)
				defer cancel()
				began := time.Now()
				err := w.srv.Shutdown(ctx)
				if patience > 0 && err != nil {
					t.Error(err)
				}
				if took := time.Since(began); took > 0 {
					t.Errorf("it took %v", took)
				}
				if patience > 0 {
					s.expect("421")
					s.gone()
				} else { // with a word or without
					_, _ = io.Copy(io.Discard, s.conn)
				}
			})
		})
	}
}
