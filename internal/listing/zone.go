package listing

import "time"

// ZoneOffset finds how far a server's clock on the wall is east of UTC, from one file
// of which both times are known: listed, as LIST has it, read with loc nil, and
// exact, from MDTM or MLST, which are in UTC. The zone holds for the time of year of
// the file: with summer time, another file may have another one.
//
// Offsets are whole quarters of an hour, from 12 hours west to 14 hours east. ok
// is false where the listing is too coarse to tell (a day), or where the times
// are not of one and the same state of the file.
func ZoneOffset(listed time.Time, precision time.Duration, exact time.Time) (offset time.Duration, ok bool) {
	const (
		quarter   = 15 * time.Minute
		tolerance = time.Minute // servers that round instead of cutting off
		east      = 14 * time.Hour
		west      = -12 * time.Hour
	)
	if precision >= quarter || listed.IsZero() || exact.IsZero() {
		return 0, false
	}
	difference := listed.Sub(exact)
	offset = difference.Round(quarter)
	if offset < west || offset > east {
		return 0, false
	}
	rest := difference - offset
	return offset, -rest < precision+tolerance && rest <= tolerance
}
