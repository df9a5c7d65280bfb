// Package listing turns directory entries into the text of a listing, and the
// text of a listing into entries.
//
// The server writes with it: LIST (Long), NLST (Short), MLSD and MLST
// (AppendFacts), the options of ls in the argument (ParseArgs), the order
// (Sorter) and the patterns (Pattern, PatternList). The bytes are those of
// vsftpd, and no line costs an allocation.
//
// The client reads with it (Parse, Read): the dialects of the servers in the
// field, one file for each, in the order of the table dialects. Where a line could
// be of two, the first wins in Parse, and in Read the one of the entry before. A size
// that is no length in bytes and a time that is none of change are unknown, not
// guessed. ZoneOffset tells where a server's clock is.
//
// It opens no directory, asks no store and knows no connection: entries come
// in, bytes go out. A name can never forge a line: CR, LF and NUL in it become
// "?". ftpserver and ftpclient call it.
package listing
