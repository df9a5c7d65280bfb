package progress

import (
	"math"
	"time"
)

// smooth is how far back a rate remembers: what was a smooth ago counts for 37 %.
const smooth = 5 * time.Second

// rate measures bytes a second, the last seconds counting most. The zero value has
// measured nothing.
type rate struct {
	at     time.Time
	bytes  int64
	amount float64 // bytes, weighted
	span   float64 // seconds, weighted alike
}

// add notes that there were so many bytes at that time. A number that has become
// smaller begins a new count, as a file that is transferred anew.
func (r *rate) add(at time.Time, bytes int64) {
	elapsed := at.Sub(r.at).Seconds()
	switch {
	case r.at.IsZero():
		r.at, r.bytes = at, bytes
		return
	case elapsed <= 0:
		return
	}
	keep := math.Exp(-elapsed / smooth.Seconds())
	r.amount = r.amount*keep + float64(max(bytes-r.bytes, 0))
	r.span = r.span*keep + elapsed
	r.at, r.bytes = at, bytes
}

// perSecond is the rate; 0 also if nothing is known.
func (r *rate) perSecond() float64 {
	if r.span <= 0 {
		return 0
	}
	return r.amount / r.span
}

// maxLeft is the longest time that is worth a guess.
const maxLeft = 1000 * 24 * time.Hour

// left is how long so many bytes will take, rounded up to a second; ok is false
// if there is nothing to tell it from, or it is past maxLeft.
func (r *rate) left(bytes int64) (d time.Duration, ok bool) {
	perSecond := r.perSecond()
	if bytes < 0 || perSecond <= 0 {
		return 0, false
	}
	seconds := math.Ceil(float64(bytes) / perSecond)
	if seconds >= maxLeft.Seconds() {
		return 0, false
	}
	return time.Duration(seconds) * time.Second, true
}
