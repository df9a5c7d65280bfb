package remote

import (
	"fmt"
	"slices"
	"strings"
)

// Sites is the text of a file of sites, taken apart, in which comments and blank
// lines keep their places:
//
//	# at the office
//	[work]
//	url = ftpes://alice@ftp.example.com/in
//	mode = passive
//
// A line that begins with "#" or ";" is a comment. A value is the rest of the line
// without the blanks around it; there are no quotes. The form is that of git's
// and rclone's files: each setting is a line of its own, which a person can write
// and a message can point to.
type Sites struct {
	path  string // for messages
	lines []string
	sites []*Site
	spans []span // of sites, by the same index
}

// span is which lines a site has: from its name up to, not with, end.
type span struct{ begin, end int }

// ParseSites reads the text of a file; path is its name in messages.
func ParseSites(path, text string) (*Sites, error) {
	s := &Sites{path: path}
	for line := range strings.Lines(text) {
		s.lines = append(s.lines, strings.TrimRight(line, "\r\n"))
	}
	var site *Site
	finish := func() error {
		if site != nil && site.Target == nil {
			return fmt.Errorf("%s: the site %s has no url", site.Place, site.Name)
		}
		return nil
	}
	for i, line := range s.lines {
		place := fmt.Sprintf("%s:%d", path, i+1)
		fail := func(err error) (*Sites, error) { return nil, fmt.Errorf("%s: %w", place, err) }
		line = strings.Trim(line, blanks)
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
			continue
		case line[0] == '[':
			if err := finish(); err != nil {
				return nil, err
			}
			name, ok := strings.CutSuffix(line[1:], "]")
			name = strings.Trim(name, blanks)
			if !ok {
				return fail(fmt.Errorf("want the name of a site in brackets, such as [work]"))
			}
			if err := CheckSiteName(name); err != nil {
				return fail(err)
			}
			if twice := s.Find(name); twice != nil {
				return fail(fmt.Errorf("the site %s is there already, at %s", name, twice.Place))
			}
			site = &Site{Name: name, Place: place}
			s.sites, s.spans = append(s.sites, site), append(s.spans, span{i, i + 1})
			continue
		case site == nil:
			return fail(fmt.Errorf("a setting stands behind the name of its site, such as [work]"))
		}
		s.spans[len(s.spans)-1].end = i + 1
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			return fail(fmt.Errorf("want key = value"))
		}
		setting := Setting{strings.Trim(key, blanks), strings.Trim(value, blanks), place}
		if err := site.take(setting); err != nil {
			return fail(err)
		}
	}
	return s, finish()
}

// blanks are what stands around words without meaning.
const blanks = " \t"

// take adds a setting.
func (s *Site) take(setting Setting) error {
	if err := checkSetting(setting); err != nil {
		return err
	}
	if s.Get(setting.Key) != "" || setting.Key == URLKey && s.Target != nil {
		return fmt.Errorf("%s is there twice", setting.Key)
	}
	if setting.Key != URLKey {
		s.Settings = append(s.Settings, setting)
		return nil
	}
	t, err := checkSiteURL(setting.Value)
	if err != nil {
		return err
	}
	s.Target = t
	return nil
}

// All are the sites in their order.
func (s *Sites) All() []*Site { return slices.Clone(s.sites) }

// Find gives the site of a name, upper and lower case alike; nil if there is none.
func (s *Sites) Find(name string) *Site {
	for _, site := range s.sites {
		if strings.EqualFold(site.Name, name) {
			return site
		}
	}
	return nil
}

// index is where a site is, or an error that there is none.
func (s *Sites) index(name string) (int, error) {
	i := slices.IndexFunc(s.sites, func(site *Site) bool { return strings.EqualFold(site.Name, name) })
	if i < 0 {
		return 0, fmt.Errorf("there is no site %q in %s", name, s.path)
	}
	return i, nil
}

// edit puts other lines in the place of some, and reads all anew: what is wrong
// with the new ones is an error, and nothing has changed then.
func (s *Sites) edit(at span, lines ...string) error {
	changed := slices.Concat(s.lines[:at.begin], lines, s.lines[at.end:])
	parsed, err := ParseSites(s.path, joinLines(changed))
	if err != nil {
		return err
	}
	*s = *parsed
	return nil
}

func joinLines(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// Text is the file.
func (s *Sites) Text() string { return joinLines(s.lines) }

// Add adds a site at the end.
func (s *Sites) Add(name string, settings ...Setting) error {
	if err := CheckSiteName(name); err != nil {
		return err
	}
	if twice := s.Find(name); twice != nil {
		return fmt.Errorf("there is a site %s already, at %s: change it with ferry site set", twice.Name, twice.Place)
	}
	if err := checkSettings(settings); err != nil {
		return err
	}
	var lines []string
	if n := len(s.lines); n > 0 && s.lines[n-1] != "" {
		lines = append(lines, "")
	}
	lines = append(lines, "["+name+"]")
	for _, key := range siteKeys {
		for _, setting := range settings {
			if setting.Key == key && setting.Value != "" {
				lines = append(lines, settingLine(setting))
			}
		}
	}
	return s.edit(span{len(s.lines), len(s.lines)}, lines...)
}

// Set changes settings of a site; an empty value takes the line out.
func (s *Sites) Set(name string, settings ...Setting) error {
	i, err := s.index(name)
	if err != nil {
		return err
	}
	if err := checkSettings(settings); err != nil {
		return err
	}
	at := s.spans[i]
	lines := slices.Clone(s.lines[at.begin:at.end])
	for _, setting := range settings {
		line := settingLine(setting)
		j := slices.IndexFunc(lines[1:], func(l string) bool {
			key, _, ok := strings.Cut(l, "=")
			return ok && strings.Trim(key, blanks) == setting.Key
		})
		switch {
		case j >= 0 && setting.Value == "":
			lines = slices.Delete(lines, j+1, j+2)
		case j >= 0:
			lines[j+1] = line
		case setting.Value != "":
			lines = append(lines, line)
		}
	}
	return s.edit(at, lines...)
}

func settingLine(s Setting) string { return s.Key + " = " + s.Value }

// Remove takes a site out.
func (s *Sites) Remove(name string) error {
	i, err := s.index(name)
	if err != nil {
		return err
	}
	at := s.spans[i]
	if at.end < len(s.lines) && s.lines[at.end] == "" {
		at.end++ // the line that parted it from the next
	}
	return s.edit(at)
}

// Rename gives a site another name.
func (s *Sites) Rename(name, to string) error {
	i, err := s.index(name)
	if err != nil {
		return err
	}
	if err := CheckSiteName(to); err != nil {
		return err
	}
	if other := s.Find(to); other != nil && other != s.sites[i] {
		return fmt.Errorf("there is a site %s already, at %s", other.Name, other.Place)
	}
	begin := s.spans[i].begin
	return s.edit(span{begin, begin + 1}, "["+to+"]")
}

// Resolve reads what may stand for a URL on a command line: the name of a site, or
// that and a path behind a slash, or a URL. A site's name wins over a host's.
func (s *Sites) Resolve(text string) (*Target, error) {
	name, path, slash := strings.Cut(text, "/")
	if site := s.Find(name); site != nil {
		if strings.ContainsFunc(text, isControl) {
			return nil, wrong("%q has a control character", text)
		}
		return site.in(path, slash)
	}
	return Parse(text)
}
