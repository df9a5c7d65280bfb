package broker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"ferry/internal/sys"
	"ferry/vfs"
)

// read takes the requests until the Client has gone.
func (v *service) read() error {
	hello := encoder{}
	hello.u8(msgHello)
	hello.u32(protocol)
	if err := v.sock.send(hello.b, -1); err != nil {
		return fmt.Errorf("broker: greeting: %w", err)
	}
	buf := make([]byte, maxMessage)
	for {
		n, passed, err := v.sock.receive(buf)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("broker: receiving: %w", err)
		}
		if err := v.request(buf[:n], passed); err != nil {
			return fmt.Errorf("broker: %w", err)
		}
	}
}

// request begins to answer a message; an error means that the Client is not one.
func (v *service) request(message []byte, passed int) error {
	var file *os.File
	if passed >= 0 {
		file = os.NewFile(uintptr(passed), "passed")
	}
	d := decoder{b: message}
	kind, id := d.u8(), d.u32()
	var do func(ctx context.Context) answer
	switch kind {
	case msgGrant:
		request := d.rest()
		do = func(ctx context.Context) answer { return v.grant(ctx, request) }
	case msgOpen:
		key := d.str()
		do = func(context.Context) answer { return v.open(key) }
	case msgChown:
		do = func(context.Context) answer { return v.chown(file) }
	case msgCancel:
		v.cancel(id)
	default:
		d.bad = true
	}
	begun := false
	defer func() {
		if file != nil && !begun {
			_ = file.Close() // nothing was done with it
		}
	}()
	d.bad = d.bad || (file != nil) != (kind == msgChown)
	if err := d.end(); err != nil || do == nil {
		return err
	}
	// The Client waits here, not in memory, when it asks for too much.
	select {
	case v.pending <- struct{}{}:
	case <-v.ctx.Done():
		return v.ctx.Err()
	}
	ctx, cancel := context.WithCancel(v.ctx)
	if !v.expect(id, cancel) {
		cancel()
		return errMalformed
	}
	begun = true
	v.running.Go(func() {
		v.reply(id, v.safely(ctx, do))
		v.cancel(id)
		if file != nil {
			_ = file.Close() // it was only handed on
		}
		<-v.pending
	})
	return nil
}

// expect notes a request by its number, which no other one may have meanwhile.
func (v *service) expect(id uint32, cancel context.CancelFunc) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, twice := v.cancels[id]; twice {
		return false
	}
	v.cancels[id] = cancel
	return true
}

// safely keeps a fault of one request from ending all sessions.
func (v *service) safely(ctx context.Context, do func(ctx context.Context) answer) (a answer) {
	defer func() {
		if fault := recover(); fault != nil {
			v.log.Error("fault in the broker", "fault", fault, "stack", string(debug.Stack()))
			a = answer{err: errors.New("fault in the broker")}
		}
	}()
	return do(ctx)
}

func (v *service) cancel(id uint32) {
	v.mu.Lock()
	cancel := v.cancels[id]
	delete(v.cancels, id)
	v.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}

// answer is what a request comes to.
type answer struct {
	payload []byte
	// pass is the descriptor that goes with it where close is there, which
	// closes it here.
	pass  int
	close func() error
	err   error
}

// reply sends an answer. Where that fails the Client has gone, and with it
// whoever would use the session.
func (v *service) reply(id uint32, a answer) {
	e := encoder{}
	if a.err != nil {
		e.u8(msgRefuse)
		e.u32(id)
		e.faults(faults(a.err))
	} else {
		e.u8(msgAnswer)
		e.u32(id)
		e.b = append(e.b, a.payload...)
	}
	pass := -1
	if a.close != nil {
		pass = a.pass
		defer func() { _ = a.close() }() // a duplicate is on its way
	}
	if err := v.sock.send(e.b, pass); err != nil && v.ctx.Err() == nil {
		v.log.Warn("the answer to a request could not be sent", "error", err)
	}
}

func (v *service) open(key string) answer {
	if v.server.Open == nil {
		return answer{err: vfs.ErrPermission}
	}
	f, err := v.server.Open(key)
	if err != nil {
		return answer{err: err}
	}
	return answer{pass: int(f.Fd()), close: f.Close}
}

func (v *service) chown(f *os.File) answer {
	if v.server.Chown == nil {
		return answer{err: vfs.ErrPermission}
	}
	return answer{err: v.server.Chown(f)}
}

// grant decides a login and makes its session.
func (v *service) grant(ctx context.Context, request []byte) answer {
	if v.server.Grant == nil {
		return answer{err: vfs.ErrPermission}
	}
	g, err := v.server.Grant(ctx, request)
	if err != nil {
		return answer{err: err}
	}
	done := g.Done
	if done == nil {
		done = func() {}
	}
	if len(g.Answer) > MaxPayload {
		done()
		return answer{err: fmt.Errorf("the answer to the login has %d bytes, the limit is %d", len(g.Answer), MaxPayload)}
	}
	if g.Identity == nil && !v.server.asSelf {
		done()
		return answer{payload: g.Answer}
	}
	fd, err := v.begin(g, done)
	if err != nil {
		return answer{err: err}
	}
	return answer{payload: g.Answer, pass: fd, close: func() error { return sys.ClosePassed(fd) }}
}
