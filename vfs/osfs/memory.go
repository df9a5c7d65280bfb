package osfs

import "sync"

// memory remembers something about a limited number of things; it may forget
// all of them.
type memory[K comparable, V any] struct {
	mu    sync.Mutex
	known map[K]V
}

// memoryLimit is how many it remembers.
const memoryLimit = 1000

func (m *memory[K, V]) get(key K) (V, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.known[key]
	return v, ok
}

func (m *memory[K, V]) set(key K, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil || len(m.known) >= memoryLimit {
		m.known = make(map[K]V)
	}
	m.known[key] = v
}
