package config

import (
	"bytes"
	"fmt"
	"strings"
)

// Format writes settings as a file: one line for each option, in the order of
// the documentation and in the spelling of vsftpd, or only those that are not at
// their default. Parse makes the same settings of it.
//
// It fails for a text that no line can hold, which a caller or a setting of the
// command line may have made: one with a newline or a NUL in it.
func Format(s Settings, onlyChanged bool) ([]byte, error) {
	var b bytes.Buffer
	standard := Defaults()
	for _, o := range Options() {
		value := o.Value(&s)
		if o.AliasOf != "" || onlyChanged && value == o.Value(&standard) {
			continue
		}
		if strings.ContainsAny(value, "\n\x00") {
			return nil, fmt.Errorf("config: the value of %s holds a newline or a NUL, which no line can hold", o.Name)
		}
		b.WriteString(o.Name + "=" + value + "\n")
	}
	return b.Bytes(), nil
}
