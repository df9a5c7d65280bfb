package main

import "testing"

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		of   []float64
		want float64
	}{{nil, 0}, {[]float64{7}, 7}, {[]float64{9, 1, 5}, 5}, {[]float64{4, 1, 3, 2}, 2.5}} {
		if got := median(c.of, func(v float64) float64 { return v }); got != c.want {
			t.Errorf("of %v: %v, not %v", c.of, got, c.want)
		}
	}
}

func TestPercentile(t *testing.T) {
	var all []int
	for i := 2000; i > 0; i-- {
		all = append(all, i)
	}
	if got := percentile(all, 0.99); got != 1981 { // 1980 of 2,000 are below it
		t.Errorf("the 99th of 1 to 2000 is %d", got)
	}
	if got := percentile([]int{3}, 1); got != 3 {
		t.Errorf("of one value: %d", got)
	}
	if got := percentile([]int(nil), 0.5); got != 0 {
		t.Errorf("of none: %d", got)
	}
}

func TestBest(t *testing.T) {
	f := newFigures()
	for name, v := range map[string]float64{ours: 100, "vsftpd": 20, "Pure-FTPd": 30, "ProFTPD": 10, floorName: 200} {
		f.set("x", rate, name, v)
		f.set("x", cpu, name, v)
	}
	if name, v, ok := f.best("x", rate); name != "Pure-FTPd" || v != 30 || !ok {
		t.Errorf("the greatest rate: %s %v %v", name, v, ok)
	}
	if name, v, ok := f.best("x", cpu); name != "ProFTPD" || v != 10 || !ok {
		t.Errorf("the least time: %s %v %v", name, v, ok)
	}
	if _, _, ok := f.best("y", rate); ok {
		t.Error("something is best of nothing")
	}
}
