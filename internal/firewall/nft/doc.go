// Package nft writes firewall rules for FTP in the language of nftables, and looks
// after them in a running kernel.
//
// [Dialect] renders a [firewall.Plan] as one table, "inet ferry", for nft -f. The
// table replaces itself as a whole, so loading it twice is the same as loading it
// once, and no moment is without rules. It holds all that the plan needs: the chains
// of the hooks that its place has, the helper, the translations and, for knocking,
// the sets of addresses that have a live control connection.
//
// [Live] is that table in the kernel: it applies and removes it, compares it with what
// is wanted ([Live.Diff]), and applies rules on trial ([Live.Try]). A command line
// that does all of it:
//
//	apply          Apply
//	remove         Remove
//	diff           Diff; the exit status is 0 if Same, else 1
//	apply, confirm Try with Guard set to its own program and a hidden command that
//	               calls Guard. On a terminal it asks, and calls Keep or Undo; when
//	               Wait returns first, the time was over. Without a terminal it says
//	               how to confirm from a new login, and ends.
//	keep           Pending and Keep, from whatever login
package nft
