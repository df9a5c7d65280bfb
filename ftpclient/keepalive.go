package ftpclient

import (
	"sync"
	"time"

	"ferry/ftp"
)

// keeper sends NOOP while a transfer runs. Most transfers end before the first: a
// timer costs them less than a goroutine.
type keeper struct {
	mu    sync.Mutex
	timer *time.Timer
	sent  int
	ended bool
}

// keepAlive starts to send NOOP; nil if that is not wanted.
func (c *Conn) keepAlive() *keeper {
	every := c.cfg.keepAlive()
	if every < 0 {
		return nil
	}
	k := &keeper{}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.timer = time.AfterFunc(every, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.ended {
			return
		}
		_ = c.wire.SetWriteDeadline(time.Now().Add(c.cfg.timeout()))
		if c.wire.WriteCommand(ftp.Command{Verb: "NOOP"}) != nil {
			return // the reading of the final reply will say so
		}
		k.sent++
		k.timer.Reset(every)
	})
	return k
}

// stop ends the sending, and says how many replies are owed for it.
func (k *keeper) stop() int {
	if k == nil {
		return 0
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.timer.Stop()
	if k.ended {
		return 0
	}
	k.ended = true
	return k.sent
}
