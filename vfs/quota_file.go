package vfs

import "sync"

// writtenFile is a file while it has Writers. They share what is counted for
// it, so that bytes which several of them write to the same place count once.
type writtenFile struct {
	key string // in Usage.written
	id  string // Info.ID, empty if the store has none or does not show the file yet

	// writing is held by the Writer that writes, or ends, so that the size below
	// is that of the store whenever nobody holds it.
	writing sync.Mutex

	// Usage.mu guards what follows.
	size    int64 // in bytes, as counted
	writers int
	shown   bool // there was a file of its name when the first Writer came
	gone    bool // it has no name (any more) and does not count as a file
}

// keyOf tells the files of a store apart: by what the store tells them apart by,
// or else by name.
func keyOf(name string, info Info) string {
	if info.ID != "" {
		return "#" + info.ID
	}
	return name
}

// write counts one Writer more for the file that name leads to; made says that a
// place has been taken for it.
func (u *Usage) write(name string, seen sight, made bool) *writtenFile {
	u.mu.Lock()
	defer u.mu.Unlock()
	key := keyOf(name, seen.info)
	f := u.written[key]
	if f == nil {
		// What nobody has made and is not there, somebody else has taken away.
		f = &writtenFile{key: key, id: seen.info.ID, size: seen.info.Size, shown: seen.regular, gone: !seen.regular && !made}
		if !f.gone {
			u.written[key] = f
		}
	} else if made {
		u.changeFiles(-1) // two make a file that the store does not show yet
	}
	f.writers++
	return f
}

// span is one write to a file.
type span struct {
	at      int64 // where it begins
	length  int   // how much may be written
	base    int64 // the size of the file once the write has begun
	before  int64 // the size of the file before
	refused bool  // nothing may be done
}

// reserve counts as much of a write of want bytes as the limit allows. It goes
// to the end of the file if it appends, or else to at; if it cuts, the file is
// first made exactly so long. The caller holds f.writing until it has settled.
func (u *Usage) reserve(f *writtenFile, at int64, appends, cuts bool, want int) span {
	u.mu.Lock()
	defer u.mu.Unlock()
	s := span{at: at, length: want, base: f.size, before: f.size}
	switch {
	case appends:
		s.at = f.size
	case cuts:
		// Where another Writer has cut it off before that, it becomes longer.
		s.base = at
	}
	if u.maxBytes > 0 {
		// What is cut off makes room, though not always enough where more is
		// counted than is allowed.
		grows, left := max(s.base, s.at+int64(want))-s.before, u.maxBytes-u.bytes
		if grows > left && (grows > 0 || want > 0) {
			s.length = int(max(0, int64(want)-(grows-left)))
			s.refused = s.length == 0
		}
	}
	if !s.refused {
		u.resize(f, max(s.before, s.base, s.at+int64(s.length)))
	}
	return s
}

// settle makes the count right after n bytes of a span were written.
func (u *Usage) settle(f *writtenFile, s span, n int, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case n > 0:
		u.resize(f, max(s.base, s.at+int64(n)))
	case err == nil:
		u.resize(f, s.base)
	default:
		// Nobody knows whether it was cut off. The end of the Writer shows it.
		u.resize(f, max(s.before, s.base))
	}
}

// resize changes what is counted for a file. u.mu is held.
func (u *Usage) resize(f *writtenFile, size int64) {
	u.changeBytes(size - f.size)
	f.size = size
}

// finish takes one Writer away from a file. The name was looked at before and
// after it ended; committed says that it has ended well.
func (u *Usage) finish(f *writtenFile, before, after sight, committed bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case committed && put(before, after):
		// The store shows a file with Commit only, in the place of what was
		// there.
		if before.regular && !before.isOf(f) {
			u.dropLocked(f.key, before.info)
		}
		if f.gone {
			f.gone = false
			u.changeFiles(1)
		}
		u.resize(f, after.info.Size)
	case f.gone:
	case after.isOf(f):
		u.resize(f, after.info.Size)
	case after.known && (before.isOf(f) || !f.shown):
		// Else it has got another name meanwhile, and stays.
		u.forget(f)
	}
	if f.writers--; f.writers > 0 {
		return
	}
	if u.written[f.key] == f {
		delete(u.written, f.key)
	}
	if f.gone {
		u.changeBytes(-f.size)
	}
}

// takePlace gets a place for the file of an atomic Writer where what it was to
// replace has gone meanwhile, unless that is one too many.
func (u *Usage) takePlace(f *writtenFile, before sight) bool {
	if !f.gone || before.regular {
		return true
	}
	if !u.addFile() {
		return false
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	f.gone = false
	return true
}

// publish ends the file of an atomic Writer, which nobody else writes. If it was
// committed it has taken the place of what had its name.
func (u *Usage) publish(f *writtenFile, name string, before, after sight, committed bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !committed {
		if !f.gone {
			u.changeFiles(-1)
		}
		u.changeBytes(-f.size)
		return
	}
	if before.regular {
		u.dropLocked(name, before.info)
	}
	if f.gone {
		u.changeFiles(1)
	}
	if after.regular { // else it is where one cannot look, behind a link that has changed, say
		u.resize(f, after.info.Size)
	}
}

// drop gives back a file that has lost its name.
func (u *Usage) drop(name string, info Info) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.dropLocked(name, info)
}

// dropLocked is drop while u.mu is held.
func (u *Usage) dropLocked(name string, info Info) {
	f := u.written[keyOf(name, info)]
	switch {
	case f == nil:
		u.changeFiles(-1)
		u.changeBytes(-info.Size)
	case info.Nlink > 1:
		// It has another name, under which it counts too.
		u.changeFiles(-1)
		u.changeBytes(-f.size)
	default:
		u.forget(f)
	}
}

// forget counts a file no more that has no name any more. Its bytes stay counted
// until its last Writer has ended: so long they are on the disk, and may become
// more. u.mu is held.
func (u *Usage) forget(f *writtenFile) {
	f.gone = true
	u.changeFiles(-1)
	if u.written[f.key] == f {
		delete(u.written, f.key)
	}
}
