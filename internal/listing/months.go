package listing

import (
	"strings"
	"sync"
	"unicode/utf8"
)

// months are the names of the months as ls, dir and VMS write them: cut to
// three letters, as long as they are, or as the language shortens them. No name
// means two months, so Croatian is not here (its "lis" is October, in Polish and
// Czech it is November). The one guess is "jui", which VMS cuts from both "juin"
// and "juillet": it is taken for July, as June fits into four letters.
var months = [12]string{
	"jan january januar januari janvier janv jän jänner gen gennaio ene enero janeiro sty led ian oca tammi янв яну січ ιαν",
	"feb february februar februari février févr fév febbraio febrero fev fevereiro lut úno febr şub helmi фев лют φεβ",
	"mar march märz mär mrz mrt maart maa mars marzo março bře márc mart maalis març мар мрт бер μαρ μάρ",
	"apr april avr avril aprile abr abril kwi dub ápr nis huhti апр кві απρ",
	"may mai mei mag maggio mayo maio maj kvě máj maig touko май мая тра μαϊ μάι μαΐ",
	"jun june juni juin giu giugno junio junho cze čen čer jún iun haz kesä juny июн чер юни ιουν ιούν",
	"jul july juli juil juillet jui lug luglio julio julho lip čec čvc júl iul tem heinä июл лип юли ιουλ ιούλ",
	"aug august augustus août aoû aou ago agosto sie srp ağu elo авг сер αυγ αύγ",
	"sep sept september septembre set settembre septiembre setembro wrz zář szept eyl syys сен сеп вер σεπ",
	"oct okt october oktober octobre ott ottobre octubre out outubro paź říj eki loka окт жов οκτ",
	"nov november novembre noviembre novembro lis noi kas marras ноя ное лис νοε νοέ",
	"dec dez december dezember décembre déc dic dicembre diciembre dezembro gru pro des ara joulu дек гру δεκ",
}

// monthByName finds a month by its name in lower case, in UTF-8 and in the one-byte
// charsets that such servers write in.
var monthByName = sync.OnceValue(func() map[string]int {
	names := make(map[string]int, 512)
	for i, month := range months {
		for name := range strings.FieldsSeq(month) {
			names[name] = i + 1
			first, size := utf8.DecodeRuneInString(name)
			title := strings.ToUpper(string(first)) + name[size:]
			for _, spelling := range [...]string{name, title, strings.ToUpper(name)} {
				for _, encode := range [...]func(rune) (byte, bool){latin1, latin2, windows1251, koi8r} {
					if bytes, ok := oneByteEach(spelling, encode); ok {
						names[bytes] = i + 1
					}
				}
			}
		}
	}
	return names
})

// longestMonth is the longest name in bytes; longer words are not looked up.
const longestMonth = 16

// parseMonth reads the name of a month, in any case and with or without a
// point or comma behind it.
func parseMonth(s string) (int, bool) {
	s = strings.TrimSuffix(strings.TrimSuffix(s, ","), ".")
	if len(s) < 3 || len(s) > longestMonth {
		return 0, false
	}
	if month, ok := monthByName()[s]; ok {
		return month, true
	}
	month, ok := monthByName()[lower(s)]
	return month, ok
}

// lower is s in lower case: letters of UTF-8, or of ASCII where it is none.
func lower(s string) string {
	if utf8.ValidString(s) {
		return strings.ToLower(s)
	}
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// oneByteEach writes s in a one-byte charset. ok is false for what is all ASCII
// or has a letter that the charset lacks.
func oneByteEach(s string, encode func(rune) (byte, bool)) (_ string, ok bool) {
	var b []byte
	for _, r := range s {
		if r < utf8.RuneSelf {
			b = append(b, byte(r))
			continue
		}
		c, known := encode(r)
		if !known {
			return "", false
		}
		b, ok = append(b, c), true
	}
	return string(b), ok
}

// latin1 encodes in ISO 8859-1.
func latin1(r rune) (byte, bool) { return byte(r), 0xa0 <= r && r <= 0xff }

// latin2 encodes the letters of months in ISO 8859-2.
func latin2(r rune) (byte, bool) {
	const letters = "źúřěčáíé" + "ŹÚŘĚČÁÍÉ"
	const codes = "\xbc\xfa\xf8\xec\xe8\xe1\xed\xe9" + "\xac\xda\xd8\xcc\xc8\xc1\xcd\xc9"
	return byteAt(letters, codes, r)
}

// windows1251 encodes Cyrillic as Windows does.
func windows1251(r rune) (byte, bool) { return byte(r - 'А' + 0xc0), 'А' <= r && r <= 'я' }

// koi8r encodes Cyrillic as Russian Unix systems did.
func koi8r(r rune) (byte, bool) {
	const letters = "юабцдефгхийклмнопярстужвьызшэщчъ" + "ЮАБЦДЕФГХИЙКЛМНОПЯРСТУЖВЬЫЗШЭЩЧЪ"
	if i := strings.IndexRune(letters, r); i >= 0 {
		return byte(0xc0 + i/2), true // each letter is two bytes of UTF-8
	}
	return 0, false
}

func byteAt(letters, codes string, r rune) (byte, bool) {
	n := 0
	for _, letter := range letters {
		if letter == r {
			return codes[n], true
		}
		n++
	}
	return 0, false
}

// parseMarked reads a number with the sign for year, month or day behind it, as
// Chinese, Japanese and Korean servers write dates: "11月", "20日", "2025年". The
// sign is one character of any charset, so its bytes are not looked at
// but for the first. The rest is what stands behind the sign ("20日" in
// "11月20日").
func parseMarked(s string, low, high int) (n int, rest string, ok bool) {
	digits := 0
	for digits < len(s) && isDigit(s[digits]) {
		digits++
	}
	n, ok = parseDigits(s[:digits], low, high)
	if !ok || digits == len(s) || s[digits] < utf8.RuneSelf {
		return 0, "", false
	}
	rest = s[digits:]
	if r, size := utf8.DecodeRuneInString(rest); r != utf8.RuneError {
		return n, rest[size:], true
	}
	// A charset of two bytes a character, of which the second may be ASCII.
	return n, rest[min(2, len(rest)):], true
}
