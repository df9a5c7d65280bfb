// Package nft writes firewall rules for FTP in the language of nftables, and looks
// after them in a running kernel.
//
// [Dialect] renders a [firewall.Plan] as one table, "inet ferry", for nft -f. The
// table replaces itself as a whole, so loading it twice is the same as loading it
// once, and no moment is without rules. It holds all that the plan needs: the chains
// of the hooks that its place has, the helper, the translations and, for knocking,
// the sets of addresses that have a live control connection.
package nft
