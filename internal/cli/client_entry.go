package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"time"

	"ferry/ftpclient"
)

// longLine is an entry in columns: permissions, owner, group, size, time of the
// last change (UTC) and name.
func longLine(e *ftpclient.Entry, size func(int64) string, name string) string {
	bytes, when := "-", "-"
	if e.Size >= 0 && !e.IsDir() {
		bytes = size(e.Size)
	}
	if !e.ModTime.IsZero() {
		when = e.ModTime.UTC().Format("2006-01-02 15:04")
	}
	if e.Target != "" {
		name += " -> " + printable(e.Target)
	}
	return fmt.Sprintf("%s %-8s %-8s %12s %-16s %s\n", modeText(e.Mode), orDash(printable(e.Owner)), orDash(printable(e.Group)), bytes, when, name)
}

// exactly is a number of bytes as it is.
func exactly(n int64) string { return strconv.FormatInt(n, 10) }

// modeText is the mode as ls prints it.
func modeText(mode fs.FileMode) string {
	kind := "-"
	switch {
	case mode.IsDir():
		kind = "d"
	case mode&fs.ModeSymlink != 0:
		kind = "l"
	case mode&fs.ModeType != 0:
		kind = "?"
	}
	return kind + mode.Perm().String()[1:]
}

// jsonEntry is an entry as --json prints it. What is unknown is left out.
type jsonEntry struct {
	Name   string            `json:"name"`
	Path   string            `json:"path,omitempty"`
	Type   string            `json:"type"`
	Size   *int64            `json:"size,omitempty"`
	Time   string            `json:"time,omitempty"`
	Target string            `json:"target,omitempty"`
	Facts  map[string]string `json:"facts"`
}

// writeEntryJSON prints an entry as an object; path is where it is below the
// directory that is listed, "" if that is not asked.
func writeEntryJSON(w io.Writer, e *ftpclient.Entry, path string) error {
	j := jsonEntry{Name: e.Name, Path: path, Type: entryType(e.Mode), Target: e.Target, Facts: make(map[string]string)}
	if e.Size >= 0 && !e.IsDir() {
		j.Size = &e.Size
	}
	if !e.ModTime.IsZero() {
		j.Time = e.ModTime.UTC().Format(time.RFC3339)
	}
	for key, value := range map[string]string{"owner": e.Owner, "group": e.Group, "unique": e.ID} {
		if value != "" {
			j.Facts[key] = value
		}
	}
	if e.Mode.Perm() != 0 {
		j.Facts["mode"] = fmt.Sprintf("%04o", e.Mode.Perm())
	}
	line, err := json.Marshal(j)
	if err != nil {
		return err
	}
	_, err = w.Write(append(line, '\n'))
	return err
}

func entryType(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "directory"
	case mode&fs.ModeSymlink != 0:
		return "symlink"
	case mode&fs.ModeType != 0:
		return "other"
	}
	return "file"
}
