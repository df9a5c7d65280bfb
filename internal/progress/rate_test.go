package progress

import (
	"math"
	"testing"
	"time"
)

func TestRate(t *testing.T) {
	begin := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	tests := []struct {
		name   string
		points []int64 // bytes, a second after each other
		want   float64 // bytes a second
		within float64
	}{
		{"nothing", nil, 0, 0},
		{"one", []int64{5}, 0, 0},
		{"steady", []int64{0, 100, 200, 300}, 100, 1e-9},
		{"resumed", []int64{1000000, 1000100}, 100, 1e-9},
		{"faster for long", []int64{0, 1, 101, 201, 301, 401, 501, 601, 701, 801, 901, 1001, 1101, 1201, 1301, 1401, 1501}, 100, 5},
		{"stands still", []int64{0, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100}, 0, 2},
		{"from the beginning again", []int64{0, 100, 0, 100}, 67, 5},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var r rate
			for i, bytes := range test.points {
				now := begin.Add(time.Duration(i) * time.Second)
				r.add(now, bytes)
				r.add(now, bytes) // no time has passed
			}
			if got := r.perSecond(); math.Abs(got-test.want) > test.within {
				t.Errorf("%.1f bytes a second, want %.1f", got, test.want)
			}
		})
	}
}

func TestLeft(t *testing.T) {
	r := rate{amount: 100, span: 1}
	tests := []struct {
		r     rate
		bytes int64
		want  time.Duration
		ok    bool
	}{
		{r, 0, 0, true},
		{r, 100, time.Second, true},
		{r, 101, 2 * time.Second, true},
		{r, -1, 0, false},
		{rate{}, 100, 0, false},
		{rate{span: 1}, 100, 0, false},
		{r, math.MaxInt64, 0, false},
		{rate{amount: 1e-300, span: 1}, math.MaxInt64, 0, false},
	}
	for _, test := range tests {
		if got, ok := test.r.left(test.bytes); got != test.want || ok != test.ok {
			t.Errorf("%v: %d bytes: %v, %v, want %v, %v", test.r, test.bytes, got, ok, test.want, test.ok)
		}
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 1023: "1023", 1024: "1.0K", 1536: "1.5K", 102348: "99.9K", 102349: "100K", 1047552: "1023K", 1048575: "1.0M",
		5 << 30: "5.0G", 1 << 40: "1.0T", 1 << 50: "1.0P", math.MaxInt64: "8.0E",
	} {
		if got := Bytes(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
	for n := int64(1); n > 0; n += n/7 + 1 {
		if got := Bytes(n); len(got) > 5 {
			t.Errorf("%d is %q", n, got)
		}
	}
}

func TestClock(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0:00", 61 * time.Second: "1:01", time.Hour: "1:00:00", 99*time.Hour + 59*time.Minute: "99:59:00", 100 * time.Hour: "4d", maxLeft: "1000d",
	} {
		if got := clock(d); got != want || len(got) > leftWidth {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}
