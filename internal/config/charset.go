package config

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// CharsetUTF8 stands for names as they are.
const CharsetUTF8 = "UTF-8"

// charsetNames are the charsets that client_charset may name, with their other
// names behind. Package charset has the same; config imports nothing to ask it.
const charsetNames = `UTF-8
	GBK CP936 GB2312 EUC-CN GB18030 Big5 CP950 Big5-HKSCS
	Shift_JIS SJIS CP932 Windows-31J MS932 EUC-JP EUC-KR CP949 UHC KS_C_5601-1987
	ISO-8859-1 latin1 ISO-8859-2 latin2 ISO-8859-3 latin3 ISO-8859-4 latin4 ISO-8859-5 ISO-8859-6 ISO-8859-7
	ISO-8859-8 ISO-8859-9 latin5 ISO-8859-10 latin6 ISO-8859-13 latin7 ISO-8859-14 latin8 ISO-8859-15 latin9
	ISO-8859-16 latin10
	KOI8-R KOI8-U Macintosh MacRoman
	IBM437 CP437 IBM850 CP850 IBM852 CP852 IBM855 CP855 IBM858 CP858 IBM866 CP866
	windows-874 CP874 TIS-620 ISO-8859-11
	windows-1250 CP1250 windows-1251 CP1251 windows-1252 CP1252 windows-1253 CP1253 windows-1254 CP1254
	windows-1255 CP1255 windows-1256 CP1256 windows-1257 CP1257 windows-1258 CP1258`

// Charsets are the names that client_charset and its kind take.
func Charsets() []string { return strings.Fields(charsetNames) }

// IsUTF8 reports a name of UTF-8, which needs no conversion.
func IsUTF8(charset string) bool { return plainCharset(charset) == "utf8" }

// plainCharset is a name without what does not count in it.
func plainCharset(name string) string {
	return strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(name))
}

func knownCharset(name string) error {
	for _, known := range Charsets() {
		if plainCharset(known) == plainCharset(name) {
			return nil
		}
	}
	return fmt.Errorf("%s is no charset that ferry knows", escape(name, maxShown))
}

// CharsetOfPorts reads client_charset_listeners.
func (s *Settings) CharsetOfPorts() (map[uint16]string, error) {
	ports := make(map[uint16]string)
	err := charsetList(s.ClientCharsetListeners, func(key, charset string) error {
		port, err := strconv.ParseUint(key, 10, 16)
		if err != nil || port == 0 {
			return fmt.Errorf("%s is no port", escape(key, maxShown))
		}
		if _, twice := ports[uint16(port)]; twice {
			return fmt.Errorf("port %d is there twice", port)
		}
		ports[uint16(port)] = charset
		return nil
	})
	return ports, err
}

// CharsetOfNetworks reads client_charset_networks.
func (s *Settings) CharsetOfNetworks() (map[netip.Prefix]string, error) {
	networks := make(map[netip.Prefix]string)
	err := charsetList(s.ClientCharsetNetworks, func(key, charset string) error {
		network, err := netip.ParsePrefix(key)
		if addr, addrErr := netip.ParseAddr(key); err != nil && addrErr == nil {
			network, err = addr.Prefix(addr.BitLen())
		}
		if err != nil {
			return fmt.Errorf("%s is no network", escape(key, maxShown))
		}
		if network != network.Masked() {
			return fmt.Errorf("%s is no network: it has bits set behind its first %d, %s has not", network, network.Bits(), network.Masked())
		}
		if _, twice := networks[network]; twice {
			return fmt.Errorf("network %s is there twice", network)
		}
		networks[network] = charset
		return nil
	})
	return networks, err
}

// charsetList reads KEY=CHARSET,KEY=CHARSET.
func charsetList(text string, add func(key, charset string) error) error {
	if text == "" {
		return nil
	}
	for pair := range strings.SplitSeq(text, ",") {
		key, charset, found := strings.Cut(strings.TrimSpace(pair), "=")
		if !found {
			return fmt.Errorf("%s has no =", escape(pair, maxShown))
		}
		if err := knownCharset(charset); err != nil {
			return err
		}
		if err := add(key, charset); err != nil {
			return err
		}
	}
	return nil
}

// ownCharset makes client_charset of one user's file hold wherever the user
// comes from, unless the file itself says otherwise of a network or a port.
func (c *Config) ownCharset() {
	assigned := func(name string) bool {
		_, ok := c.assignment(name)
		return ok
	}
	if !assigned("client_charset") {
		return
	}
	if !assigned("client_charset_networks") {
		c.Settings.ClientCharsetNetworks = ""
	}
	if !assigned("client_charset_listeners") {
		c.Settings.ClientCharsetListeners = ""
	}
}

// validateCharsets finds charsets that there are not: names would be stored as
// nobody meant.
func (c *Config) validateCharsets(fail func(option, cause, message, hint string)) {
	s := &c.Settings
	if s.ClientCharset != "" {
		if err := knownCharset(s.ClientCharset); err != nil {
			fail("client_charset", CauseCharset, "client_charset: "+err.Error(), "write one of GBK, Big5, Shift_JIS, EUC-KR, windows-1251 and so on: docs/limits.md has all of them")
		}
	}
	if _, err := s.CharsetOfPorts(); err != nil {
		fail("client_charset_listeners", CauseCharset, "client_charset_listeners: "+err.Error(), "write PORT=CHARSET,PORT=CHARSET")
	}
	if _, err := s.CharsetOfNetworks(); err != nil {
		fail("client_charset_networks", CauseCharset, "client_charset_networks: "+err.Error(), "write NETWORK/BITS=CHARSET,NETWORK/BITS=CHARSET")
	}
}
