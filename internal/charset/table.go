package charset

import (
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// table has every charset, with the names that it goes by besides its own.
var table = []struct {
	name    string
	coder   encoding.Encoding
	aliases string
}{
	{"GBK", simplifiedchinese.GBK, "CP936 GB2312 EUC-CN"},
	{"GB18030", simplifiedchinese.GB18030, ""},
	{"Big5", traditionalchinese.Big5, "CP950 Big5-HKSCS"},
	{"Shift_JIS", japanese.ShiftJIS, "SJIS CP932 Windows-31J MS932"},
	{"EUC-JP", japanese.EUCJP, "EUCJP"},
	{"EUC-KR", korean.EUCKR, "CP949 UHC KS_C_5601-1987"},
	{"ISO-8859-1", charmap.ISO8859_1, "latin1"},
	{"ISO-8859-2", charmap.ISO8859_2, "latin2"},
	{"ISO-8859-3", charmap.ISO8859_3, "latin3"},
	{"ISO-8859-4", charmap.ISO8859_4, "latin4"},
	{"ISO-8859-5", charmap.ISO8859_5, ""},
	{"ISO-8859-6", charmap.ISO8859_6, ""},
	{"ISO-8859-7", charmap.ISO8859_7, ""},
	{"ISO-8859-8", charmap.ISO8859_8, ""},
	{"ISO-8859-9", charmap.ISO8859_9, "latin5"},
	{"ISO-8859-10", charmap.ISO8859_10, "latin6"},
	{"ISO-8859-13", charmap.ISO8859_13, "latin7"},
	{"ISO-8859-14", charmap.ISO8859_14, "latin8"},
	{"ISO-8859-15", charmap.ISO8859_15, "latin9"},
	{"ISO-8859-16", charmap.ISO8859_16, "latin10"},
	{"KOI8-R", charmap.KOI8R, ""},
	{"KOI8-U", charmap.KOI8U, ""},
	{"Macintosh", charmap.Macintosh, "MacRoman"},
	{"IBM437", charmap.CodePage437, "CP437"},
	{"IBM850", charmap.CodePage850, "CP850"},
	{"IBM852", charmap.CodePage852, "CP852"},
	{"IBM855", charmap.CodePage855, "CP855"},
	{"IBM858", charmap.CodePage858, "CP858"},
	{"IBM866", charmap.CodePage866, "CP866"},
	{"windows-874", charmap.Windows874, "CP874 TIS-620 ISO-8859-11"},
	{"windows-1250", charmap.Windows1250, "CP1250"},
	{"windows-1251", charmap.Windows1251, "CP1251"},
	{"windows-1252", charmap.Windows1252, "CP1252"},
	{"windows-1253", charmap.Windows1253, "CP1253"},
	{"windows-1254", charmap.Windows1254, "CP1254"},
	{"windows-1255", charmap.Windows1255, "CP1255"},
	{"windows-1256", charmap.Windows1256, "CP1256"},
	{"windows-1257", charmap.Windows1257, "CP1257"},
	{"windows-1258", charmap.Windows1258, "CP1258"},
}

// index finds a charset by its plain name.
var index = sync.OnceValue(func() map[string]*Charset {
	m := make(map[string]*Charset)
	for _, row := range table {
		c := &Charset{name: row.name, coder: row.coder}
		for _, name := range append(strings.Fields(row.aliases), row.name) {
			m[plain(name)] = c
		}
	}
	return m
})

// plain is a name without what does not count.
func plain(name string) string {
	return strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(name))
}

// Names are the usual names of all charsets, sorted.
func Names() []string {
	names := make([]string, 0, len(table))
	for _, row := range table {
		names = append(names, row.name)
	}
	slices.Sort(names)
	return names
}
