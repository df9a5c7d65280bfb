// Package words has what readers of firewall texts share: lines as words, the operators
// of ports, addresses with wildcards, and messages of ICMP by type and code.
//
// It knows no dialect. The packages of the dialects without a checker of their own use
// it to read back what they have written, and are strict with it: a word that nobody
// took is an error, and every error names the line.
package words
