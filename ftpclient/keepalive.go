package ftpclient

import (
	"context"
	"time"

	"ferry/ftp"
)

// keeper sends NOOP while a transfer runs.
type keeper struct {
	quit chan struct{}
	sent chan int // how many, once it has ended
}

// keepAlive starts to send NOOP; nil if that is not wanted.
func (c *Conn) keepAlive() *keeper {
	every := c.cfg.keepAlive()
	if every < 0 {
		return nil
	}
	k := &keeper{quit: make(chan struct{}), sent: make(chan int, 1)}
	go func() {
		n := 0
		defer func() { k.sent <- n }()
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-k.quit:
				return
			case <-ticker.C:
			}
			_ = c.wire.SetWriteDeadline(time.Now().Add(c.cfg.timeout()))
			if c.wire.WriteCommand(ftp.Command{Verb: "NOOP"}) != nil {
				return // the reading of the final reply will say so
			}
			n++
		}
	}()
	return k
}

// stop ends the sending, and says how many replies are owed for it.
func (k *keeper) stop() int {
	if k == nil {
		return 0
	}
	select {
	case <-k.quit:
		return 0
	default:
	}
	close(k.quit)
	return <-k.sent
}

// movedEvery is how often Trace.Moved is called.
const movedEvery = 200 * time.Millisecond

// report calls Trace.Moved until the function that it returns is called, and once
// more then; nobody is told where nobody asks.
func (t *transfer) report(ctx context.Context) (stop func()) {
	var told []func(int64)
	for _, trace := range traces(ctx, t.conn.cfg.Trace) {
		if trace != nil && trace.Moved != nil {
			told = append(told, trace.Moved)
		}
	}
	if told == nil {
		return func() {}
	}
	tell := func() {
		for _, moved := range told {
			moved(t.moved.Load())
		}
	}
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(movedEvery)
		defer ticker.Stop()
		for {
			select {
			case <-quit:
				tell()
				return
			case <-ticker.C:
				tell()
			}
		}
	}()
	return func() {
		close(quit)
		<-ended
	}
}
