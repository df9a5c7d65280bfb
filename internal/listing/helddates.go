package listing

import "time"

// The bounds of what is held back until the order of numeric dates is known.
const (
	maxHeld      = 2000      // entries
	maxHeldBytes = 512 << 10 // of their lines
)

// heldDates settles in which order a listing writes its numeric dates. A day past
// 12 anywhere settles it for all lines. While nothing does, entries are held
// back; at the end, or when too many are held, the order is taken that has the
// fewest files changed in the future, and of equal ones the one that is usual
// for the dialect.
type heldDates struct {
	clock
	mixed bool // the lines contradict each other: each stands for itself
	done  bool // nothing is held back any more
	list  []found
	bytes int
}

// pass hands on what was found, at once or when its date is settled. It is false
// when the listing is not wanted any more.
func (h *heldDates) pass(f found, yield func(Entry, error) bool) bool {
	if f.orders != 0 && !h.mixed {
		h.narrow(f.orders)
	}
	open := !h.done && !h.mixed && !h.known()
	if len(h.list) == 0 && (!open || f.orders.settled()) {
		return yield(f.entry, f.err)
	}
	h.list = append(h.list, f)
	h.bytes += len(f.line)
	if open && len(h.list) < maxHeld && h.bytes < maxHeldBytes {
		return true
	}
	return h.release(yield)
}

// narrow takes what a line allows into account.
func (h *heldDates) narrow(possible dateOrders) {
	if h.orders == 0 {
		h.orders = everyOrder
	}
	if h.orders&possible == 0 {
		h.orders, h.mixed = 0, true
		return
	}
	h.orders &= possible
}

// known reports whether one order is left.
func (h *heldDates) known() bool { return h.orders != 0 && h.orders.settled() }

// release hands on all that is held, with the dates as they are settled now.
func (h *heldDates) release(yield func(Entry, error) bool) bool {
	if len(h.list) > 0 && !h.mixed && !h.known() {
		h.guess()
	}
	h.done = true
	list := h.list
	h.list, h.bytes = nil, 0
	for i := range list {
		f := &list[i]
		if !f.orders.settled() {
			f.entry = h.again(f, h.orders)
		}
		if !yield(f.entry, f.err) {
			return false
		}
	}
	return true
}

// again reads the date of an entry in one of some orders.
func (h *heldDates) again(f *found, orders dateOrders) Entry {
	c := h.clock
	c.orders = orders
	e := f.entry
	if read, ok := f.dialect.parse(f.line, c); ok {
		e.ModTime = read.ModTime
	}
	return e
}

// guess keeps the orders that put the fewest files into the future.
func (h *heldDates) guess() {
	limit := h.now.Add(24 * time.Hour)
	best, fewest := h.orders, len(h.list)+1
	for _, order := range [...]dateOrders{monthFirst, dayFirst, yearFirst} {
		if h.orders&order == 0 {
			continue
		}
		future := 0
		for i := range h.list {
			f := &h.list[i]
			if f.orders.settled() {
				continue
			}
			if e := h.again(f, order); e.ModTime.After(limit) {
				future++
			}
		}
		switch {
		case future < fewest:
			best, fewest = order, future
		case future == fewest:
			best |= order
		}
	}
	h.orders = best
}
