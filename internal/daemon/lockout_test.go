package daemon

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ferry/ftp"
	"ferry/ftpserver"
	"ferry/internal/config"
)

// oneUser lets everybody in whose password is "secret", and has a session end
// tell of it.
type oneUser struct {
	mu        sync.Mutex
	inside    int
	refuse    error
	asked     int
	before    func()
	anonymous bool
}

func (o *oneUser) Ask(context.Context, ftpserver.Login) (bool, error) { return true, nil }

func (o *oneUser) Authenticate(_ context.Context, l ftpserver.Login) (*ftpserver.User, error) {
	o.mu.Lock()
	o.asked++
	refuse, before := o.refuse, o.before
	o.mu.Unlock()
	if before != nil {
		before()
	}
	switch {
	case l.Password != "secret":
		return nil, errors.New("wrong password")
	case refuse != nil:
		return nil, refuse
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.inside++
	return &ftpserver.User{Name: l.Name, Anonymous: o.anonymous, Leave: func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.inside--
	}}, nil
}

// door is limits around oneUser.
type door struct {
	*limits
	t     *testing.T
	users *oneUser
}

func newDoor(t *testing.T, set func(*config.Settings)) *door {
	t.Helper()
	s := config.Defaults()
	set(&s)
	users := new(oneUser)
	return &door{newLimits(&s, users), t, users}
}

func peerAt(addr string) netip.AddrPort { return netip.AddrPortFrom(netip.MustParseAddr(addr), 40000) }

// login is what comes of a login: "in", the beginning of a reply, or "wrong".
func (d *door) login(from, name, password string) string {
	user, err := d.Authenticate(d.t.Context(), ftpserver.Login{Name: name, Password: password, Peer: peerAt(from)})
	return verdict(user, err)
}

func verdict(user *ftpserver.User, err error) string {
	if refusal, ok := errors.AsType[*ftpserver.RefusalError](err); ok {
		return refusal.Reply.String()
	}
	switch {
	case err != nil:
		return "wrong"
	case user == nil:
		return "no user"
	}
	user.Leave()
	return "in"
}

func (d *door) want(got, want string) {
	d.t.Helper()
	if !strings.HasPrefix(got, want) {
		d.t.Errorf("got %q, want %q", got, want)
	}
}

func TestAddressIsLocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor(t, func(s *config.Settings) { s.LockoutPerIP = 3 })
		const from = "192.0.2.7"
		for i := range 3 {
			if err := d.admit(peerAt(from)); err != nil {
				t.Errorf("%d: %v", i, err)
			}
			d.want(d.login(from, "u", "guess"), "wrong")
			if i < 2 {
				d.want(d.login(from, "u", "secret"), "in") // takes nothing away
			}
		}
		time.Sleep(90*time.Second + time.Millisecond)
		const locked = "421 Too many failed logins from your internet address, try again in 510 seconds (login-locked)."
		d.want(verdict(nil, d.admit(peerAt(from))), locked)
		d.want(d.login(from, "u", "secret"), locked)
		if _, err := d.Ask(t.Context(), ftpserver.Login{Name: "u", Peer: peerAt(from)}); err == nil {
			t.Error("a locked address may ask")
		}
		d.want(d.login("192.0.2.8", "u", "secret"), "in")
		time.Sleep(510 * time.Second)
		if err := d.admit(peerAt(from)); err != nil {
			t.Error(err)
		}
		d.want(d.login(from, "u", "guess"), "wrong")
		d.want(d.login(from, "u", "guess"), "wrong")
		d.want(d.login(from, "u", "secret"), "in")
		if d.users.inside != 0 {
			t.Errorf("%d sessions are left", d.users.inside)
		}
	})
}

// Failures that lie apart lock nobody, and neither does what is no wrong
// password.
func TestFailuresAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor(t, func(s *config.Settings) { s.LockoutPerIP, s.LockoutWindow = 3, 60 })
		for range 20 {
			d.want(d.login("192.0.2.7", "u", "guess"), "wrong")
			d.want(d.login("192.0.2.7", "u", "guess"), "wrong")
			time.Sleep(61 * time.Second)
		}
		for _, refuse := range []error{
			ftp.Errorf(ftp.CodeNotLoggedIn, "Use TLS."),
			ftpserver.NewRefusal(ftp.CodeNotLoggedIn, ftp.CauseTooManySessions, "Too many"),
		} {
			d.users.refuse = refuse
			for range 5 {
				_ = d.login("192.0.2.7", "u", "secret")
			}
		}
		d.users.refuse = nil
		d.want(d.login("192.0.2.7", "u", "secret"), "in")
	})
}

func TestIPv6IsLockedByItsNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor(t, func(s *config.Settings) { s.LockoutPerIP = 3 })
		for i := range 3 {
			d.want(d.login(fmt.Sprintf("2001:db8::%d", i), "u", "guess"), "wrong")
		}
		d.want(d.login("2001:db8::ffff", "u", "secret"), "421")
		d.want(d.login("2001:db8:0:1::1", "u", "secret"), "in")
		for range 3 {
			d.want(d.login("::ffff:192.0.2.1", "u", "guess"), "wrong")
		}
		d.want(d.login("192.0.2.1", "u", "secret"), "421")
		d.want(d.login("192.0.2.2", "u", "secret"), "in")
	})
}

// A locked name looks like a wrong password from everywhere, and the accounts are
// asked all the same, so that it takes as long.
func TestNameIsLocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor(t, func(s *config.Settings) { s.LockoutPerUser, s.LockoutPerIP = 3, 0 })
		from := func(i int) string { return fmt.Sprintf("192.0.2.%d", i) }
		for i := range 3 {
			d.want(d.login(from(i), "anna", "guess"), "wrong")
		}
		asked := d.users.asked
		d.want(d.login(from(9), "anna", "secret"), "wrong")
		d.users.refuse = ftp.Errorf(ftp.CodeNotLoggedIn, "Use TLS.") // would tell that the password is right
		_, err := d.Authenticate(t.Context(), ftpserver.Login{Name: "anna", Password: "secret", Peer: peerAt(from(9))})
		if _, own := errors.AsType[*ftp.Error](err); own || err == nil {
			t.Errorf("a locked name has a reply of its own: %v", err)
		}
		d.users.refuse = nil
		if d.users.asked != asked+2 || d.users.inside != 0 {
			t.Errorf("asked %d times, %d inside", d.users.asked-asked, d.users.inside)
		}
		d.want(d.login(from(9), "bert", "secret"), "in")
		time.Sleep(10*time.Minute + time.Second)
		d.want(d.login(from(9), "anna", "secret"), "in")
		// A good login forgets what came before it.
		for range 10 {
			d.want(d.login(from(1), "anna", "guess"), "wrong")
			d.want(d.login(from(1), "anna", "guess"), "wrong")
			d.want(d.login(from(2), "anna", "secret"), "in")
		}
	})
}

// Who guesses in many sessions at the same time learns no more than the limit
// allows.
func TestGuessingAtTheSameTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor(t, func(s *config.Settings) { s.LockoutPerIP = 3 })
		turn := make(chan struct{}, 1)
		d.users.before = func() { // one after the other, as argon2 has it
			turn <- struct{}{}
			time.Sleep(100 * time.Millisecond)
			<-turn
		}
		var mu sync.Mutex
		got := make(map[string]int)
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() {
				password := "guess"
				if i%2 == 1 {
					password = "secret"
				}
				v, _, _ := strings.Cut(d.login("192.0.2.7", "u", password), " ")
				mu.Lock()
				defer mu.Unlock()
				got[v]++
			})
		}
		all.Wait()
		if got["wrong"] != 3 || got["421"]+got["in"] != 97 || d.users.inside != 0 {
			t.Errorf("%v, %d inside", got, d.users.inside)
		}
	})
}

// However many addresses and names there are, what is remembered is bounded.
func TestMemoryOfStrangersIsBounded(t *testing.T) {
	l := newLockout(2, 2, time.Minute, time.Minute)
	c := newConnectRate(1, 1)
	var b [16]byte
	for i := range maxTracked + 1000 {
		b[0], b[5], b[6], b[7] = 0x20, byte(i>>16), byte(i>>8), byte(i)
		addr := netip.AddrFrom16(b)
		l.fail(addr, fmt.Sprint(i))
		_ = c.refusal(addr)
	}
	for name, n := range map[string]int{
		"addresses": len(l.addresses.byKey), "names": len(l.names.byKey), "rates": len(c.even.byKey),
		"order": l.addresses.order.Len(),
	} {
		if n != maxTracked {
			t.Errorf("%d %s are remembered", n, name)
		}
	}
	// The newest are.
	l.fail(netip.AddrFrom16(b), "x")
	if l.refusal(netip.AddrFrom16(b)) == nil {
		t.Error("the newest address is forgotten")
	}
}

func TestConnectRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor(t, func(s *config.Settings) { s.ConnectRatePerIP, s.ConnectBurstPerIP = 2, 5 })
		admitted := func(from string, n int) (count int) {
			for range n {
				err := d.admit(peerAt(from))
				if err == nil {
					count++
				} else {
					d.want(verdict(nil, err), "421 There are too many connections per second from your internet address, please try later (connect-rate-exceeded).")
				}
			}
			return count
		}
		for i, step := range []struct {
			from string
			wait time.Duration
			want int
		}{
			{"192.0.2.1", 0, 5},
			{"192.0.2.1", 500 * time.Millisecond, 1},
			{"192.0.2.2", 0, 5},
			{"192.0.2.1", time.Second, 2},
			{"192.0.2.1", time.Hour, 5},
			{"2001:db8::1", 0, 5},
			{"2001:db8::2", 0, 0}, // the same /64
			{"2001:db8:0:1::1", 0, 5},
		} {
			time.Sleep(step.wait)
			if got := admitted(step.from, 20); got != step.want {
				t.Errorf("%d: %d were admitted, want %d", i, got, step.want)
			}
		}
	})
	off := newConnectRate(0, 20)
	for range 1000 {
		if err := off.refusal(netip.MustParseAddr("192.0.2.1")); err != nil {
			t.Fatal(err)
		}
	}
}

// What is logged of refused connections is bounded, and nothing is left out of
// the count.
func TestRefusalsAreLoggedAtABoundedRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r refusals
		said, unsaid := 0, uint64(0)
		for range 10_000 {
			if n, ok := r.say(1); ok {
				said++
				unsaid += n
			}
			time.Sleep(time.Millisecond)
		}
		if said < 140 || said > 160 {
			t.Errorf("%d lines in 10 s", said)
		}
		time.Sleep(time.Minute)
		n, _ := r.say(0)
		if said++; uint64(said)+unsaid+n != 20_001 {
			t.Errorf("%d said, %d not", said, unsaid+n)
		}
	})
}

func TestMaxPerUser(t *testing.T) {
	d := newDoor(t, func(s *config.Settings) { s.MaxPerUser = 2 })
	enter := func(name string) (*ftpserver.User, error) {
		return d.Authenticate(t.Context(), ftpserver.Login{Name: name, Password: "secret", Peer: peerAt("192.0.2.1")})
	}
	first, err := enter("u")
	if err != nil {
		t.Fatal(err)
	}
	second, err := enter("u")
	if err != nil {
		t.Fatal(err)
	}
	if got := verdict(enter("u")); got != "530 You are logged in 2 times already, which is the limit (too-many-sessions)." {
		t.Errorf("the third: %s", got)
	}
	if got := verdict(enter("v")); got != "in" {
		t.Errorf("another: %s", got)
	}
	if d.users.inside != 2 {
		t.Errorf("the accounts count %d", d.users.inside)
	}
	first.Leave()
	first.Leave() // once is what counts
	if got := verdict(enter("u")); got != "in" {
		t.Errorf("after one has left: %s", got)
	}
	second.Leave()
	if len(d.limits.users) != 0 || d.users.inside != 0 {
		t.Errorf("%d users are remembered, the accounts count %d", len(d.limits.users), d.users.inside)
	}
	d.users.anonymous = true
	for range 5 {
		if _, err := enter("ftp"); err != nil {
			t.Errorf("anonymous: %v", err)
		}
	}
}
