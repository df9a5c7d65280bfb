package broker

import (
	"encoding/binary"
	"time"

	"ferry/vfs"
)

// encoder appends to a message.
type encoder struct {
	b []byte
}

func (e *encoder) u8(v byte)    { e.b = append(e.b, v) }
func (e *encoder) u16(v uint16) { e.b = binary.BigEndian.AppendUint16(e.b, v) }
func (e *encoder) u32(v uint32) { e.b = binary.BigEndian.AppendUint32(e.b, v) }
func (e *encoder) u64(v uint64) { e.b = binary.BigEndian.AppendUint64(e.b, v) }

func (e *encoder) bool(v bool) {
	if v {
		e.u8(1)
	} else {
		e.u8(0)
	}
}

// str cuts off what is longer than any name or text should be.
func (e *encoder) str(s string) {
	s = s[:min(len(s), maxString)]
	e.u16(uint16(len(s)))
	e.b = append(e.b, s...)
}

// maxString is the longest string: no name or target of a link is longer.
const maxString = vfs.MaxName

func (e *encoder) time(t time.Time) {
	e.u64(uint64(t.Unix()))
	e.u32(uint32(t.Nanosecond()))
}

func (e *encoder) info(i vfs.Info) {
	e.str(i.Name)
	e.u32(uint32(i.Mode))
	e.u64(uint64(i.Size))
	e.time(i.ModTime)
	e.u32(i.UID)
	e.u32(i.GID)
	e.u64(i.Nlink)
	e.str(i.Target)
	e.str(i.ID)
}

func (e *encoder) options(o vfs.CreateOptions) {
	e.u64(uint64(o.Offset))
	e.u32(uint32(o.Perm))
	for _, flag := range optionFlags(&o) {
		e.bool(*flag)
	}
}

// optionFlags are the switches of the options, in the order of the message.
func optionFlags(o *vfs.CreateOptions) []*bool {
	return []*bool{&o.Append, &o.Exclusive, &o.Existing, &o.KeepPartial, &o.Lock, &o.Atomic}
}
