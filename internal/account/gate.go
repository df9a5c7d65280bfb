package account

import (
	"context"
	"runtime"
)

// Hashing a password takes memory and a processor, on purpose. So that many
// logins at once take no more of both than the machine has, only so many hashes
// are computed at a time, and only one of those that need much memory (which
// other programs have made); the rest wait. The limits are the process's, as the
// memory is.
var (
	hashSlots = make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))
	bigSlot   = make(chan struct{}, 1)
)

// bigMemory is the number of bytes from which on a hash needs much memory.
const bigMemory = 64 << 20

// enter waits for its turn to compute a hash with so many bytes of memory.
func enter(ctx context.Context, memory uint64) (leave func(), err error) {
	gates := []chan struct{}{hashSlots}
	if memory > bigMemory {
		// First this one: who waits for it shall keep nobody else waiting.
		gates = []chan struct{}{bigSlot, hashSlots}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for i, gate := range gates {
		select {
		case gate <- struct{}{}:
		case <-ctx.Done():
			for _, entered := range gates[:i] {
				<-entered
			}
			return nil, ctx.Err()
		}
	}
	return func() {
		for _, gate := range gates {
			<-gate
		}
	}, nil
}
