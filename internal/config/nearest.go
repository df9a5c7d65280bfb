package config

// maxSuggestions is the number of names that a hint offers at most.
const maxSuggestions = 3

// nearest lists the options whose names are closest to name, if any is close
// enough that it may have been meant: a third of the letters may differ, at most
// three.
func nearest(name string) []string {
	best := min(3, len(name)/3)
	if best == 0 || len(name) > 64 {
		return nil
	}
	var names []string
	for _, o := range Options() {
		switch d := editDistance(name, o.Name, best); {
		case d < best || d == best && len(names) == 0:
			best, names = d, []string{o.Name}
		case d == best && len(names) < maxSuggestions:
			names = append(names, o.Name)
		}
	}
	return names
}

// editDistance is the number of bytes to insert, delete, replace or exchange
// with their neighbour that make b of a (optimal string alignment), or a number
// above limit if it is above.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	before := make([]int, len(b)+1) // two rows up
	above := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replace := above[j-1]
			if a[i-1] != b[j-1] {
				replace++
			}
			row[j] = min(replace, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}
