package netx

import (
	"sync"
	"time"
)

// deadline is a time that passes. The lock of the condition that it was set
// with guards it.
type deadline struct {
	timer  *time.Timer
	passed bool
}

// set starts anew with the time t, zero for never, and wakes the waiters now
// and when it passes.
func (d *deadline) set(c *sync.Cond, t time.Time) {
	d.stop()
	d.passed = false
	if !t.IsZero() {
		if left := time.Until(t); left <= 0 {
			d.passed = true
		} else {
			var timer *time.Timer
			timer = time.AfterFunc(left, func() {
				c.L.Lock()
				defer c.L.Unlock()
				if d.timer == timer { // or it was set anew meanwhile
					d.passed = true
					c.Broadcast()
				}
			})
			d.timer = timer
		}
	}
	c.Broadcast()
}

// stop lets the time pass unnoticed.
func (d *deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}
