package broker

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"time"

	"ferry/vfs"
)

// errMalformed is given for a message that an honest end does not send.
var errMalformed = errors.New("malformed message")

// decoder takes a message apart. It copies what it returns. After the first
// mistake everything is zero, and end says so.
type decoder struct {
	b   []byte
	bad bool
}

// take returns the next n bytes, or nil.
func (d *decoder) take(n int) []byte {
	if d.bad || n > len(d.b) {
		d.bad = true
		return nil
	}
	taken := d.b[:n]
	d.b = d.b[n:]
	return taken
}

// end reports whether the message was well-formed and nothing is left of it.
func (d *decoder) end() error {
	if d.bad || len(d.b) > 0 {
		return errMalformed
	}
	return nil
}

func (d *decoder) u8() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) u16() uint16 {
	if b := d.take(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (d *decoder) u32() uint32 {
	if b := d.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (d *decoder) u64() uint64 {
	if b := d.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

func (d *decoder) bool() bool {
	v := d.u8()
	d.bad = d.bad || v > 1
	return v == 1
}

func (d *decoder) str() string {
	n := int(d.u16())
	d.bad = d.bad || n > maxString
	return string(d.take(n))
}

// rest is all that is left.
func (d *decoder) rest() []byte {
	b := append([]byte(nil), d.b...)
	d.b = nil
	return b
}

func (d *decoder) time() time.Time {
	sec, nsec := int64(d.u64()), int64(d.u32())
	if d.bad || nsec >= int64(time.Second) {
		d.bad = true
		return time.Time{}
	}
	return time.Unix(sec, nsec)
}

func (d *decoder) info() vfs.Info {
	return vfs.Info{
		Name:    d.str(),
		Mode:    fs.FileMode(d.u32()),
		Size:    int64(d.u64()),
		ModTime: d.time(),
		UID:     d.u32(),
		GID:     d.u32(),
		Nlink:   d.u64(),
		Target:  d.str(),
		ID:      d.str(),
	}
}

func (d *decoder) options() vfs.CreateOptions {
	o := vfs.CreateOptions{Offset: int64(d.u64()), Perm: fs.FileMode(d.u32())}
	for _, flag := range optionFlags(&o) {
		*flag = d.bool()
	}
	return o
}
