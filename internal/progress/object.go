package progress

import (
	"encoding/json"
	"time"

	"ferry/internal/carry"
)

// object is an event as --json prints it. What is unknown is left out.
type object struct {
	Event     string  `json:"event"`
	Direction string  `json:"direction"`
	Remote    string  `json:"remote"`
	Local     string  `json:"local"`
	Bytes     int64   `json:"bytes"`
	Total     *int64  `json:"total,omitempty"`
	Seconds   float64 `json:"seconds,omitempty"`
	Mode      string  `json:"mode,omitempty"`
	Why       string  `json:"why,omitempty"`
	Error     string  `json:"error,omitempty"`
	Status    int     `json:"status,omitempty"`
}

// object prints an event, those of a file that moves a few times a second. mu is
// held.
func (d *Display) object(e carry.Event, now time.Time) {
	k := key{e.Upload, e.Remote, e.Local}
	switch e.Kind {
	case "progress":
		if now.Sub(d.told[k]) < every {
			return
		}
		d.told[k] = now
	case "done", "skip", "error":
		delete(d.told, k)
	}
	o := object{
		Event: e.Kind, Direction: "download", Remote: e.Remote, Local: e.Local, Bytes: e.Bytes,
		Seconds: e.Elapsed.Seconds(), Mode: string(e.Mode), Why: e.Why,
	}
	if e.Upload {
		o.Direction = "upload"
	}
	if e.Total >= 0 {
		o.Total = &e.Total
	}
	if e.Err != nil {
		o.Error, o.Status = d.cfg.Explain(e.Err), d.cfg.Status(e.Err)
	}
	line, err := json.Marshal(o)
	if err == nil {
		d.stdout.add(append(line, '\n'))
	}
}
