package config

import "slices"

// Reconsider takes back what was said about options that do not go together and
// does not hold any more: a caller has changed Settings since.
func (c *Config) Reconsider() {
	all := slices.Concat(rules, tlsRules)
	c.Warnings = slices.DeleteFunc(c.Warnings, func(w *Complaint) bool {
		return slices.ContainsFunc(all, func(r rule) bool { return r.message == w.Message && !r.broken(&c.Settings) })
	})
}
