package sys

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// Threads reads what the kernel says of every thread of a process; 0 is this
// one. A thread that ends meanwhile is left out.
func Threads(pid int) ([]Thread, error) {
	dir := "/proc/self/task"
	if pid != 0 {
		dir = "/proc/" + strconv.Itoa(pid) + "/task"
	}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist) && pid == 0:
		return nil, ErrNoProc
	case err != nil:
		return nil, err
	}
	var threads []Thread
	for _, e := range entries {
		text, err := os.ReadFile(dir + "/" + e.Name() + "/status")
		if err != nil {
			continue // it has ended: ENOENT, or ESRCH while it did
		}
		t, err := parseStatus(text)
		if err != nil {
			return nil, fmt.Errorf("%s/%s/status: %w", dir, e.Name(), err)
		}
		threads = append(threads, t)
	}
	if len(threads) == 0 {
		return nil, fmt.Errorf("%s: no thread can be read", dir)
	}
	return threads, nil
}

// parseStatus reads a status file of proc(5).
func parseStatus(text []byte) (Thread, error) {
	var t Thread
	sets := map[string]*CapSet{
		"CapInh": &t.Inheritable, "CapPrm": &t.Permitted, "CapEff": &t.Effective, "CapBnd": &t.Bounding, "CapAmb": &t.Ambient,
	}
	wanted := len(sets) + 4 // those, and Pid, Uid, Gid, NoNewPrivs
	for line := range bytes.Lines(text) {
		name, value, _ := strings.Cut(string(line), ":")
		value = strings.TrimSpace(value)
		var err error
		switch name {
		case "Pid":
			t.ID, err = strconv.Atoi(value)
		case "Uid":
			err = four(&t.UIDs, value)
		case "Gid":
			err = four(&t.GIDs, value)
		case "Groups":
			if t.Groups, err = numbers(value); err != nil {
				return t, err
			}
			continue
		case "NoNewPrivs":
			t.NoNewPrivs = value == "1"
		default:
			set := sets[name]
			if set == nil {
				continue
			}
			var bits uint64
			bits, err = strconv.ParseUint(value, 16, 64)
			*set = CapSet(bits)
		}
		if err != nil {
			return t, fmt.Errorf("%s: %w", name, err)
		}
		wanted--
	}
	if wanted != 0 {
		return t, errors.New("a line that must be there is missing")
	}
	return t, nil
}

func four(into *[4]int, text string) error {
	list, err := numbers(text)
	if err == nil && copy(into[:], list) < len(into) {
		err = errors.New("want four numbers")
	}
	return err
}

func numbers(text string) ([]int, error) {
	var list []int
	for word := range strings.FieldsSeq(text) {
		n, err := strconv.Atoi(word)
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, nil
}
