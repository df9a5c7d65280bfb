package ftpclient

import "sync"

// learnt is what has been found out about a server that holds for every connection
// to it: those of a Pool share one.
type learnt struct {
	names names
	zone  zone

	mu     sync.Mutex
	failed map[Mode]bool
}

// modeFailed notes a mode of which the next connection is to expect little. A server
// that tries to connect may not answer before it has given up: who makes a new
// connection meanwhile should not begin with the same again.
func (l *learnt) modeFailed(m Mode) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed == nil {
		l.failed = make(map[Mode]bool)
	}
	l.failed[m] = true
}

// modeWorks notes a mode that has carried data.
func (l *learnt) modeWorks(m Mode) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.failed, m)
}

// hasFailed reports that a mode worked the last time neither here nor elsewhere.
func (l *learnt) hasFailed(m Mode) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failed[m]
}
