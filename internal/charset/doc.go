// Package charset turns names in the charset of a client into the UTF-8 of a
// store, and back. It knows charsets that hold ASCII as it is and have no state
// between characters: others would break the commands and pathnames in which the
// names stand.
//
// What a charset lacks is written as an escape that stands for the bytes of the
// name, so that every file of a store has a name that a client can send: see
// Charset.Encode. package daemon hands a Charset to the server, which knows none
// of them itself.
package charset
