package certs

import (
	"fmt"
	"strings"
)

// ParsePairs reads a list of key pairs: CERT,KEY;CERT,KEY, where CERT alone holds
// its key too. Spaces around names do not count.
func ParsePairs(text string) ([]Pair, error) {
	var pairs []Pair
	for entry := range strings.SplitSeq(text, ";") {
		cert, key, _ := strings.Cut(entry, ",")
		p := Pair{Cert: strings.TrimSpace(cert), Key: strings.TrimSpace(key)}
		if p.Cert == "" || strings.Contains(p.Key, ",") {
			return nil, fmt.Errorf("%q is no pair: want CERT,KEY, and ; between two pairs", entry)
		}
		pairs = append(pairs, p)
	}
	return pairs, nil
}
