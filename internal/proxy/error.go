package proxy

import "fmt"

// Error is a connection that a proxy did not make.
type Error struct {
	// Proxy is its URL, without the password.
	Proxy string
	// Target is whom it was to connect to, as host:port; "" if the proxy itself was
	// not reached.
	Target string
	Err    error
}

// Error names the proxy.
func (e *Error) Error() string {
	if e.Target == "" {
		return fmt.Sprintf("cannot connect to the proxy %s: %v", e.Proxy, e.Err)
	}
	return fmt.Sprintf("the proxy %s does not connect to %s: %v", e.Proxy, e.Target, e.Err)
}

// Unwrap gives what is behind it.
func (e *Error) Unwrap() error { return e.Err }
