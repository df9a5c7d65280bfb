// Package firewalltest tries a dialect of firewall rules: golden files for each
// case ([Golden]), and the proof that a text, parsed back, lets through exactly what
// the plan does ([SameMatrix]).
//
// A dialect with a real checker is proved with that in its own tests. A dialect
// without one needs both of these; what it cannot say must be in its Lacks, so that
// the plan is widened before it is compared.
package firewalltest
