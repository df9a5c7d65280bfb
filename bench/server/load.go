package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// result is what one run did.
type result struct {
	ops   int64
	bytes int64
	took  time.Duration
	cpu   time.Duration // the server's
	notes string        // how TLS was done
}

// worker is one client, which does one operation again and again.
type worker struct {
	session *session // nil for one that makes its own
	do      func() (bytes int64, err error)
	close   func()
}

// A task is what each of several workers does; begin makes the ith of them.
type task func(r *running, i int) (*worker, error)

// span tells when a worker is done: after a time, or after a number of turns where
// that is not 0.
type span struct {
	length time.Duration
	turns  int
}

// maxThreads is how many threads of the client may be in a system call at one time.
const maxThreads = 256

// allow lets n threads be in a system call, as well as others run (GOMAXPROCS), until restore is called.
func allow(n int) (restore func()) {
	before := runtime.GOMAXPROCS(min(n, maxThreads) + runtime.NumCPU())
	return func() { runtime.GOMAXPROCS(before) }
}

// load runs workers beside each other. Making them is not counted.
func load(r *running, count int, s span, begin task) (result, error) {
	defer allow(count)()
	workers := make([]*worker, 0, count)
	defer func() {
		for _, w := range workers {
			w.close()
		}
	}()
	for i := range count {
		w, err := begin(r, i)
		if err != nil {
			return result{}, err
		}
		workers = append(workers, w)
	}
	var ops, bytes atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, count)
	before, began := r.account.used(), time.Now()
	for i, w := range workers {
		wg.Go(func() {
			// A blocking call of a thread of its own needs no scheduler.
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			for turn := 0; ; turn++ {
				if s.turns > 0 && turn == s.turns || s.turns == 0 && time.Since(began) >= s.length {
					return
				}
				n, err := w.do()
				if err != nil {
					errs[i] = err
					return
				}
				ops.Add(1)
				bytes.Add(n)
			}
		})
	}
	wg.Wait()
	sum := result{ops.Load(), bytes.Load(), time.Since(began), r.account.used() - before, ""}
	sum.notes = notes(workers, sum.ops)
	if err := errors.Join(errs...); err != nil {
		return sum, err
	}
	if sum.ops == 0 {
		return sum, errors.New("nothing was done")
	}
	return sum, nil
}

// notes says which TLS was spoken, and how many of the data connections did not
// resume a session.
func notes(workers []*worker, connections int64) string {
	text, full := "", 0
	for _, w := range workers {
		if w.session == nil {
			continue
		}
		if control, ok := w.session.control.(*tls.Conn); ok {
			text = tls.VersionName(control.ConnectionState().Version)
			full += w.session.full
		}
	}
	if full > 0 {
		text += fmt.Sprintf(", %.0f %% not resumed", math.Ceil(100*float64(full)/float64(connections)))
	}
	return text
}
