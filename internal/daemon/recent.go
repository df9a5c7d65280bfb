package daemon

import "container/list"

// recent remembers something of each of the keys that were used last, up to a
// number of them: what a stranger can make the server remember is bounded. Its
// user locks.
type recent[K comparable, V any] struct {
	most  int
	byKey map[K]*list.Element // of order
	order list.List           // of *remembered[K, V], the one used last in front
}

type remembered[K comparable, V any] struct {
	key   K
	value V
}

func newRecent[K comparable, V any](most int) *recent[K, V] {
	return &recent[K, V]{most: most, byKey: make(map[K]*list.Element)}
}

// get is what is remembered of a key, or nil.
func (r *recent[K, V]) get(key K) *V {
	e := r.byKey[key]
	if e == nil {
		return nil
	}
	return &e.Value.(*remembered[K, V]).value
}

// use is what is remembered of a key, which was used now; nothing is the zero
// value. For a new key, the one whose use is longest ago may be forgotten.
func (r *recent[K, V]) use(key K) *V {
	if e := r.byKey[key]; e != nil {
		r.order.MoveToFront(e)
		return &e.Value.(*remembered[K, V]).value
	}
	if len(r.byKey) >= r.most {
		r.forget(r.order.Back().Value.(*remembered[K, V]).key)
	}
	m := &remembered[K, V]{key: key}
	r.byKey[key] = r.order.PushFront(m)
	return &m.value
}

func (r *recent[K, V]) forget(key K) {
	if e := r.byKey[key]; e != nil {
		r.order.Remove(e)
		delete(r.byKey, key)
	}
}
