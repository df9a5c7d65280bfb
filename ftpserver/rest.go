package ftpserver

import (
	"time"

	"ferry/internal/netx"
)

// Most sessions wait for a command most of the time, and a login or a transfer has made the
// stack grow that they wait on. One that waits for long therefore gives it back: it
// goes on with a new goroutine, which does nothing but wait.

// restAfter is how long a session waits for a command until it rests.
const restAfter = 200 * time.Millisecond

// errRest is read where the session is to rest.
const errRest = sessionError("the session rests")

// resting is what a session knows of its rest.
type resting struct {
	conn  netx.Waiter // the control connection below TLS; nil if nobody can rest there
	now   bool        // it rests, or has just woken
	until time.Time   // when that ends; zero is never
}

// from is when a session begins to rest that waits from now on; until, when it has
// waited long enough, comes first if it does not.
func (r *resting) from(now, until time.Time) time.Time {
	begin := now.Add(restAfter)
	if r.conn == nil || !until.IsZero() && !begin.Before(until) {
		return until
	}
	return begin
}

// rest waits for a session until there is something to read, its end, or no more time, and
// goes on with it. It needs little more stack than a goroutine is born with.
func (s *Server) rest(ss *session) {
	ss.patient(ss.resting.until)
	_ = ss.resting.conn.WaitReadable() // what is wrong will be read
	s.run(ss)
}
