package listing

import (
	"errors"
	"strings"
)

// reader reads the lines of one listing and remembers what tells of the next
// ones. The zero value with a clock is ready.
type reader struct {
	clock
	last  *dialect // of the entry before
	below *dialect // what may stand below the last heading
	// name is the first line of an entry of VMS whose columns do not fit behind
	// its name; they follow on the next line.
	name string
	// file is the database file of OS/400 whose members may follow.
	file string
}

// found is what a line turned out to be.
type found struct {
	entry   Entry
	err     error
	line    string   // to read once more when the order of dates is known
	dialect *dialect // that read it
	orders  dateOrders
}

// take reads the next line, with the orders of dates that are still possible. It
// gives nothing, one entry or error, or two where the line before stays alone.
func (r *reader) take(line string, orders dateOrders) []found {
	line = strings.TrimRight(line, "\r\n")
	var list []found
	alone, rest, named := cutVMSName(line)
	if r.name != "" {
		name := r.name
		r.name = ""
		if joined := r.read(name+" "+line, orders); joined.err == nil && !named {
			return append(list, joined)
		}
		list = append(list, r.nameAlone(name))
	}
	if named && strings.Trim(rest, " \t") == "" {
		r.name = alone
		return list
	}
	if below, ok := parseHeading(line); ok {
		r.below = below
	}
	switch f := r.read(line, orders); {
	case errors.Is(f.err, ErrNoEntry):
		return list
	case f.err == nil && r.isMemberOfFile(&f):
		return list
	default:
		return append(list, f)
	}
}

// end gives what is left when the listing has ended.
func (r *reader) end() []found {
	if r.name == "" {
		return nil
	}
	return []found{r.nameAlone(r.name)}
}

// nameAlone is a name with a version and no columns: among other lines of VMS a
// file of which nothing is known, elsewhere nothing.
func (r *reader) nameAlone(name string) found {
	if r.last == nil || r.last.name != "VMS" {
		return found{err: unknownFormat(name)}
	}
	return found{entry: vmsEntry(name)}
}

// read reads one line in the dialect that is likely.
func (r *reader) read(line string, orders dateOrders) found {
	f := found{line: line}
	c := r.clock
	c.orders, c.seen = orders, &f.orders
	f.entry, f.dialect, f.err = parseLine(line, c, r.last)
	if errors.Is(f.err, ErrUnknownFormat) && r.below != nil {
		if e, ok := r.below.parse(line, c); ok {
			f.entry, f.dialect, f.err = e, r.below, nil
		}
	}
	if f.err == nil && f.dialect != r.below {
		r.last = f.dialect
	}
	return f
}

// isMemberOfFile passes over the members of a database file of OS/400 below the file
// itself, as they are not in the directory that is listed. Where the file is
// what is listed, a member gets its own name.
func (r *reader) isMemberOfFile(f *found) bool {
	if f.dialect.name != "OS/400" {
		return false
	}
	file, member, ok := strings.Cut(f.entry.Name, "/")
	if !ok {
		r.file = f.entry.Name
		return false
	}
	if file == r.file {
		return true
	}
	if !strings.Contains(member, "/") && member != "" {
		f.entry.Name = member
	}
	return false
}
