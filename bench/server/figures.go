package main

import (
	"cmp"
	"slices"
)

// kind is what a figure counts.
type kind string

const (
	rate       kind = "rate"       // bytes or operations a second; more is better, as of no other but scaling
	cpu        kind = "CPU"        // the server's seconds for a GiB or an operation
	scaling    kind = "scaling"    // the rate at 256 sessions, as a part of that at 64
	firstByte  kind = "first byte" // seconds
	growth     kind = "memory"     // bytes more than before
	perSession kind = "a session"  // bytes
	slow       kind = "slow"       // seconds of a command, the 99th percentile
	linearity  kind = "linearity"  // memory for a session more at the last step, as a part of that before it
)

// key names a figure: a measure's title and what of it.
type key struct {
	title string
	kind  kind
}

// figures are the medians that were measured, by server, and the reasons of what
// could not be measured.
type figures struct {
	values  map[key]map[string]float64
	reasons map[string]map[string]string // title, server
	idle    []idleCourse
}

func newFigures() *figures {
	return &figures{values: make(map[key]map[string]float64), reasons: make(map[string]map[string]string)}
}

func (f *figures) set(title string, k kind, server string, value float64) {
	if f.values[key{title, k}] == nil {
		f.values[key{title, k}] = make(map[string]float64)
	}
	f.values[key{title, k}][server] = value
}

func (f *figures) get(title string, k kind, server string) (value float64, ok bool) {
	value, ok = f.values[key{title, k}][server]
	return value, ok
}

// fail notes why a server has no figures.
func (f *figures) fail(title, server, reason string) {
	if f.reasons[title] == nil {
		f.reasons[title] = make(map[string]string)
	}
	f.reasons[title][server] = reason
}

// best is the peer that is best at something; ferry and the floor are none.
func (f *figures) best(title string, k kind) (server string, value float64, ok bool) {
	for _, s := range servers() {
		v, measured := f.get(title, k, s.name)
		if !measured || s.name == ours || s.name == floorName {
			continue
		}
		if !ok || (k == rate || k == scaling) == (v > value) {
			server, value, ok = s.name, v, true
		}
	}
	return server, value, ok
}

// median is the middle of the values, the mean of the middle two where their number
// is even, and 0 of none.
func median[T any](all []T, value func(T) float64) float64 {
	if len(all) == 0 {
		return 0
	}
	values := make([]float64, len(all))
	for i, v := range all {
		values[i] = value(v)
	}
	slices.Sort(values)
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}

// percentile is the value below which a part of all is, from 0 to 1; 0 of none.
func percentile[T cmp.Ordered](all []T, part float64) T {
	if len(all) == 0 {
		var none T
		return none
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(len(sorted)-1, int(part*float64(len(sorted))))]
}
