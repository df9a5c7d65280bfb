package daemon

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ferry/ftpserver"
)

// spend moves bytes for a time as fast as its limiter lets it, as a transfer
// does: a burst at a time.
func spend(l ftpserver.Limiter, d time.Duration) (moved int) {
	ctx, cancel := context.WithCancel(context.Background())
	defer time.AfterFunc(d, cancel).Stop()
	for l.WaitN(ctx, l.Burst()) == nil {
		moved += l.Burst()
	}
	return moved
}

func near(got, want int) bool { return got >= want*90/100 && got <= want*108/100 }

func TestRatesInAChain(t *testing.T) {
	const d = 200 * time.Second
	own := func(n uint32) ftpserver.Limiter { return limiter(int64(n)) }
	tests := []struct {
		name string
		make func() []ftpserver.Limiter
		want []int
	}{
		{"the session's is the slowest", func() []ftpserver.Limiter {
			return []ftpserver.Limiter{chain(own(10_000), newSharedRate(50_000), newSharedRate(100_000))}
		}, []int{10_000}},
		{"the user's is the slowest", func() []ftpserver.Limiter {
			return []ftpserver.Limiter{chain(own(50_000), newSharedRate(10_000), newSharedRate(100_000))}
		}, []int{10_000}},
		{"that of all is the slowest", func() []ftpserver.Limiter {
			return []ftpserver.Limiter{chain(own(50_000), newSharedRate(100_000), newSharedRate(10_000))}
		}, []int{10_000}},
		{"all are the same, and none waits for the other", func() []ftpserver.Limiter {
			return []ftpserver.Limiter{chain(own(20_000), newSharedRate(20_000), newSharedRate(20_000))}
		}, []int{20_000}},
		{"two sessions share", func() []ftpserver.Limiter {
			total := newSharedRate(100_000)
			return []ftpserver.Limiter{chain(nil, nil, total), chain(nil, nil, total)}
		}, []int{50_000, 50_000}},
		{"what one may not use the others have", func() []ftpserver.Limiter {
			total := newSharedRate(100_000)
			return []ftpserver.Limiter{chain(own(10_000), total), chain(nil, total), chain(own(80_000), total)}
		}, []int{10_000, 45_000, 45_000}},
		{"users share, and their sessions share theirs", func() []ftpserver.Limiter {
			total, anna := newSharedRate(1_000_000), newSharedRate(300_000)
			return []ftpserver.Limiter{chain(nil, anna, total), chain(nil, anna, total), chain(nil, anna, total), chain(nil, nil, total)}
		}, []int{100_000, 100_000, 100_000, 700_000}},
		{"slow ones among many", func() []ftpserver.Limiter {
			total := newSharedRate(1_000_000)
			all := []ftpserver.Limiter{chain(own(2000), total), chain(nil, newSharedRate(10_000), total)}
			for range 44 {
				all = append(all, chain(nil, total))
			}
			return all
		}, append([]int{2000, 10_000}, slices.Repeat([]int{22_454}, 44)...)},
		{"a fast line", func() []ftpserver.Limiter {
			total := newSharedRate(1_000_000_000)
			return []ftpserver.Limiter{chain(nil, total), chain(own(100_000_000), total)}
		}, []int{900_000_000, 100_000_000}},
		{"a slow line", func() []ftpserver.Limiter { return []ftpserver.Limiter{chain(nil, newSharedRate(1000))} }, []int{1000}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []int
			synctest.Test(t, func(t *testing.T) { // limiters begin with the clock of the bubble
				limiters := tt.make()
				got = make([]int, len(limiters))
				var all sync.WaitGroup
				for i, l := range limiters {
					all.Go(func() { got[i] = spend(l, d) / int(d.Seconds()) })
				}
				all.Wait()
			})
			for i := range got {
				if !near(got[i], tt.want[i]) {
					t.Errorf("%v bytes per second, want about %v", got, tt.want)
					break
				}
			}
		})
	}
}

// Many sessions have the same each, and all together what there is.
func TestManySessionsShareFairly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sessions, d = 100, 200 * time.Second
		total := newSharedRate(1_000_000)
		got := make([]int, sessions)
		var all sync.WaitGroup
		for i := range got {
			all.Go(func() { got[i] = spend(chain(nil, total), d) / int(d.Seconds()) })
		}
		all.Wait()
		sum := 0
		for i, n := range got {
			sum += n
			if !near(n, 10_000) && (n < 8500 || n > 11_500) {
				t.Errorf("session %d had %d bytes per second", i, n)
			}
		}
		if sum < 900_000 || sum > 1_010_000 {
			t.Errorf("all together had %d bytes per second", sum)
		}
	})
}

// A newcomer has his share within a second, and so have the others when he
// leaves.
func TestRateTakesEffectAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		total := newSharedRate(100_000)
		first := make(chan int)
		go func() { first <- spend(chain(nil, total), 30*time.Second) }()
		time.Sleep(10 * time.Second)
		second := spend(chain(nil, total), 10*time.Second)
		if second < 50_000*9 || second > 50_000*11 {
			t.Errorf("the second had %d bytes in 10 s", second)
		}
		if n := <-first; n < 2_400_000 || n > 2_600_000 {
			t.Errorf("the first had %d bytes in 30 s", n)
		}
	})
}

// Who gives up while he waits takes nothing away from the others.
func TestWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		total := newSharedRate(1000)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		for range 10 {
			go func() { ended <- chain(nil, total).WaitN(ctx, 512) }()
		}
		synctest.Wait()
		start := time.Now()
		cancel()
		for range 10 {
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}
		if err := chain(nil, total).WaitN(t.Context(), 512); err != nil {
			t.Error(err)
		}
		if d := time.Since(start); d > time.Second {
			t.Errorf("the next waited %v", d)
		}
	})
}

func TestNoRateIsNoLimiter(t *testing.T) {
	if l := chain(nil, nil, newSharedRate(0)); l != nil {
		t.Errorf("%v", l)
	}
	own := limiter(10)
	if l := chain(own, nil); l != own {
		t.Errorf("%v", l)
	}
}
