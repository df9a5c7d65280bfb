package netx

import "testing"

// TestCompany has sockets wait one after the other, and two at one time.
func TestCompany(t *testing.T) {
	const ms = int64(1e6)
	var c company
	in := func(now int64, want bool) {
		t.Helper()
		if c.enter(now) != want {
			t.Errorf("at %d ms: entered %v", now/ms, !want)
		}
	}
	in(1*ms, true)
	c.leave()
	c.waited(1, 1*ms, 2*ms)
	in(2*ms, true) // another one, after it
	c.leave()
	c.waited(2, 2*ms, 3*ms)
	in(3*ms, true)
	in(4*ms, false) // beside it
	c.leave()
	c.waited(2, 3*ms, 5*ms)
	in(5*ms, false)         // for a while
	c.waited(1, 4*ms, 6*ms) // who had to wait in the poller began before the other was done
	in(4*ms+companyStays, false)
	in(6*ms+companyStays, true)
	c.leave()
	c.waited(1, 6*ms+companyStays, 7*ms+companyStays) // alone again
	in(7*ms+companyStays, true)
	c.leave()
}
