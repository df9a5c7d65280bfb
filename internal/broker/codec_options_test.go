package broker

import (
	"reflect"
	"testing"

	"ferry/vfs"
)

// Every switch of the options crosses to the broker: one that is forgotten would
// be off there.
func TestOptionsAreWhole(t *testing.T) {
	typ := reflect.TypeFor[vfs.CreateOptions]()
	for i := range typ.NumField() {
		var o vfs.CreateOptions
		switch f := reflect.ValueOf(&o).Elem().Field(i); f.Kind() {
		case reflect.Bool:
			f.SetBool(true)
		case reflect.Int64:
			f.SetInt(7)
		case reflect.Uint32:
			f.SetUint(0o640)
		default:
			t.Fatalf("%s is of a kind that the message does not have", typ.Field(i).Name)
		}
		e := encoder{}
		e.options(o)
		d := decoder{b: e.b}
		if got := d.options(); got != o || d.end() != nil {
			t.Errorf("%s: %+v becomes %+v", typ.Field(i).Name, o, got)
		}
	}
}
