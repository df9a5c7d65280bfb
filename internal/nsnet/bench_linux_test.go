package nsnet

import (
	"fmt"
	"net/netip"
	"testing"
)

// BenchmarkWorld measures a world from Command to its end: with nothing in it, and
// with six hosts in a row.
func BenchmarkWorld(b *testing.B) {
	for _, name := range []string{"nothing", "large"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				perform(b, name)
			}
		})
	}
}

func playLarge(w *World, _ []string) error {
	var last *Host
	for i := range 6 {
		h, err := w.AddHost(fmt.Sprint("h", i))
		if err != nil {
			return err
		}
		if last != nil {
			four, six := fmt.Sprintf("10.0.%d.", i), fmt.Sprintf("fd00:%d::", i)
			err := w.Connect(
				Port{last, "right", prefixes(four+"1/24", six+"1/64"), 0},
				Port{h, "left", prefixes(four+"2/24", six+"2/64"), 0})
			if err != nil {
				return err
			}
			if err := h.Route(netip.MustParsePrefix("0.0.0.0/0"), netip.MustParseAddr(four+"1")); err != nil {
				return err
			}
		}
		last = h
	}
	return nil
}
