package listing

import "strings"

// headings are the first words of the lines that stand above the columns, and
// what the lines below them may be that are nothing elsewhere.
var headings = [...]struct {
	words []string
	below *dialect
}{
	{[]string{"Volume", "Unit"}, nil},
	{[]string{"Volume", "Referred", "Ext"}, nil},
	{[]string{"Name", "VV.MM", "Created"}, &bareMember},
	{[]string{"Name", "Size", "TTR"}, &bareMember},
	{[]string{"JOBNAME", "JOBID"}, nil},
	{[]string{"File", "Code", "EOF"}, nil},
	{[]string{"size", "date", "time", "name"}, nil},
	{[]string{"Directory", "of"}, nil},
	{[]string{"Owner", "Last", "modified", "Attributes"}, nil},
}

// bareMember is the dialect of members without statistics. It takes any word,
// so it is none of the dialects.
var bareMember = dialect{"MVS member", parseBareMember}

// parseHeading knows a line above the columns, and says what may stand below
// it.
func parseHeading(line string) (below *dialect, ok bool) {
	first, _, _ := strings.Cut(strings.TrimLeft(line, " \t"), " ")
	for i := range headings {
		h := &headings[i]
		if !strings.EqualFold(first, h.words[0]) {
			continue // as nearly always, which costs nothing
		}
		words := tokens(line, 4)
		if len(words) >= len(h.words) && sameWords(words[:len(h.words)], h.words) {
			return h.below, true
		}
	}
	return nil, false
}

// isNoEntry knows the lines that belong to a listing and are no entry: empty
// ones, headings, rules, and sums.
func isNoEntry(line string) bool {
	if strings.Trim(line, " \t-=") == "" || isSum(line) || isVMSRemark(line) {
		return true
	}
	_, ok := parseHeading(line)
	return ok
}

// sums are the words before the number that ls -l prints first.
const sums = " total totaal totale gesamt insgesamt totalt totalfil razem suma toplam celkem összesen yhteensä kokku итого итог сумма всього общо 合計 合计 總計 总计 总用量 總用量 總數 총계 합계 σύνολο "

// isSum knows "total 12", in the languages that servers were seen to speak.
func isSum(line string) bool {
	word, number, ok := strings.Cut(strings.TrimSpace(line), " ")
	number = strings.TrimSpace(number)
	if !ok || number == "" {
		return false
	}
	word = strings.ToLower(strings.TrimSuffix(word, ":"))
	if !strings.Contains(sums, " "+word+" ") {
		return false
	}
	if _, ok := parseUnsigned(number); ok {
		return true
	}
	_, ok = parseScaled(number)
	return ok
}
