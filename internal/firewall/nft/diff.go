package nft

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// A Difference is what stands between the rules that are wanted and those that are
// loaded.
type Difference struct {
	// Same says that there is none.
	Same bool
	// Missing says that the table is not loaded at all.
	Missing bool
	// Text tells it, a rule a line under the name of its chain: "+" is wanted and not
	// loaded, "-" is loaded and not wanted. A rule that has another place has both.
	// It is empty where all is the same.
	Text string
}

// Diff compares a text of [Dialect] with what is loaded, in order. As nft writes rules
// in a way of its own, the wanted ones are loaded too, in a network namespace that
// lives for that long and touches nothing; it needs CAP_SYS_ADMIN. Counters, and addresses that
// have knocked, are not compared.
func (l *Live) Diff(ctx context.Context, want string) (Difference, error) {
	loaded, err := l.Text(ctx)
	missing := errors.Is(err, ErrNoTable)
	if err != nil && !missing {
		return Difference{}, err
	}
	var wanted string
	err = apart(func() (err error) {
		if _, err = l.run(ctx, want, "-f", "-"); err == nil {
			wanted, err = l.run(ctx, "", "-s", "list", "table", "inet", "ferry")
		}
		return err
	})
	if err != nil {
		return Difference{}, err
	}
	if missing {
		return Difference{Missing: true, Text: "the table " + tableName + " is not loaded; all of it is missing\n" + compare(nil, blocks(wanted))}, nil
	}
	text := compare(blocks(loaded), blocks(wanted))
	return Difference{Same: text == "", Text: text}, nil
}

// compare writes the differences of tables, block by block. The order of chains and
// sets means nothing, that of rules does.
func compare(loaded, wanted []block) string {
	var b strings.Builder
	both := slices.Concat(wanted, loaded)
	for i, one := range both {
		same := func(o block) bool { return o.name == one.name }
		if slices.ContainsFunc(both[:i], same) {
			continue
		}
		was, is := slices.IndexFunc(loaded, same), slices.IndexFunc(wanted, same)
		var before, after []string
		if was >= 0 {
			before = loaded[was].lines
		}
		if is >= 0 {
			after = wanted[is].lines
		}
		name, mark := one.name, "  "
		switch {
		case name == "":
			name = "table " + tableName
		case is < 0:
			mark = "- "
		case was < 0:
			mark = "+ "
		}
		if changes := lines(before, after); changes != "" || mark != "  " {
			b.WriteString(mark + name + "\n" + changes)
		}
	}
	return b.String()
}

// lines writes the lines that are only in one of two lists, in their order. It finds
// the longest list that is a part of both.
func lines(before, after []string) string {
	// common[i][j] is the length of what before[i:] and after[j:] have in common.
	common := make([][]int, len(before)+1)
	for i := range common {
		common[i] = make([]int, len(after)+1)
	}
	for i := len(before) - 1; i >= 0; i-- {
		for j := len(after) - 1; j >= 0; j-- {
			if before[i] == after[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var b strings.Builder
	for i, j := 0, 0; i < len(before) || j < len(after); {
		switch {
		case i < len(before) && j < len(after) && before[i] == after[j]:
			i, j = i+1, j+1
		case j == len(after) || i < len(before) && common[i+1][j] >= common[i][j+1]:
			b.WriteString("-     " + before[i] + "\n")
			i++
		default:
			b.WriteString("+     " + after[j] + "\n")
			j++
		}
	}
	return b.String()
}
