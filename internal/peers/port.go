package peers

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
)

// Listening ports lie below the system's usual ephemeral range and below the
// passive ports that the starters give to the servers, so that neither an
// outgoing nor a data connection takes one between choice and use.
const (
	minListenPort  = 10000
	maxListenPort  = 19999
	minPassivePort = 20000
	maxPassivePort = 32767
)

// given holds the listening ports that this process gave away, for as long as
// it lives.
var given struct {
	sync.Mutex
	ports map[int]bool
}

// freePort chooses a loopback port that nothing listens on.
func freePort(ipv6 bool) (*net.TCPAddr, error) {
	given.Lock()
	defer given.Unlock()
	if given.ports == nil {
		given.ports = make(map[int]bool)
	}
	host := "127.0.0.1"
	if ipv6 {
		host = "::1"
	}
	var lastErr error
	for range 1000 {
		port := minListenPort + rand.IntN(maxListenPort-minListenPort+1)
		if given.ports[port] {
			continue
		}
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err != nil {
			lastErr = err
			continue
		}
		if err := l.Close(); err != nil {
			return nil, err
		}
		given.ports[port] = true
		return &net.TCPAddr{IP: net.ParseIP(host), Port: port}, nil
	}
	return nil, errors.Join(errors.New("no free loopback port"), lastErr)
}

// HaveIPv6 reports whether the IPv6 loopback address is there to be used.
var HaveIPv6 = sync.OnceValue(func() bool {
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		return false
	}
	_ = l.Close() // it was open, that is the answer
	return true
})
