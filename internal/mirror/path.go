package mirror

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Path is a pathname below the two trees, with slashes. In JSON it is a string, or
// where it is not UTF-8 an object {"base64": "..."} of its bytes.
type Path string

// MarshalJSON implements json.Marshaler.
func (p Path) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(p)) {
		return json.Marshal(string(p))
	}
	return json.Marshal(map[string]string{"base64": base64.StdEncoding.EncodeToString([]byte(p))})
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *Path) UnmarshalJSON(text []byte) error {
	var s string
	if err := json.Unmarshal(text, &s); err == nil {
		*p = Path(s)
		return nil
	}
	var object map[string]string
	if err := json.Unmarshal(text, &object); err != nil || len(object) != 1 || object["base64"] == "" {
		return errors.New(`a path is a string, or an object with "base64" alone`)
	}
	b, err := base64.StdEncoding.DecodeString(object["base64"])
	*p = Path(b)
	return err
}

// depth is how many directories there are above.
func (p Path) depth() int { return strings.Count(string(p), "/") }

// parent is the directory that holds it, "" for the tree itself.
func (p Path) parent() string {
	i := strings.LastIndexByte(string(p), '/')
	return string(p[:max(i, 0)])
}

// check refuses a pathname that could lead out of a tree, on any system.
func (p Path) check() error {
	if p.depth() >= maxDepth {
		return fmt.Errorf("has more than %d elements", maxDepth)
	}
	for name := range strings.SplitSeq(string(p), "/") {
		switch {
		case name == "", name == ".", name == "..":
			return fmt.Errorf("has the element %q", name)
		case strings.ContainsAny(name, "\x00\r\n"):
			return errors.New("has a control character that no name has in FTP")
		}
	}
	return nil
}
