package ftpclient

import (
	"context"
	"sync"
	"time"
)

// movedEvery is how often Trace.Moved is called.
const movedEvery = 200 * time.Millisecond

// pulse calls a function again and again while there is one. Its timer goes on for
// one beat behind the last transfer: one timer does for many short ones, and making
// one each time would wake the runtime's poller each time.
type pulse struct {
	mu    sync.Mutex
	timer *time.Timer
	armed bool
	tell  func()
}

// begin has tell called from now on.
func (p *pulse) begin(tell func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tell = tell
	switch {
	case p.timer == nil:
		p.timer = time.AfterFunc(movedEvery, p.beat)
	case !p.armed:
		p.timer.Reset(movedEvery)
	}
	p.armed = true
}

func (p *pulse) beat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.armed = p.tell != nil; p.armed {
		p.tell()
		p.timer.Reset(movedEvery)
	}
}

// end has tell called for the last time.
func (p *pulse) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tell()
	p.tell = nil
}

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
	t.conn.pulse.begin(func() {
		for _, moved := range told {
			moved(t.moved.Load())
		}
	})
	return t.conn.pulse.end
}
