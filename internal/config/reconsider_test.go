package config

import "testing"

func TestReconsider(t *testing.T) {
	c, err := Parse(Source{Name: "x", Text: []byte("ssl_cert_login=YES\nacme_email=me@example.com\nanon_umask=7777\n")})
	if err != nil {
		t.Fatal(err)
	}
	causes := func() (all []string) {
		for _, w := range c.Warnings {
			all = append(all, w.Cause)
		}
		return all
	}
	before := len(causes())
	c.Reconsider()
	if got := causes(); len(got) != before {
		t.Errorf("%q is left of %d", got, before)
	}
	c.Settings.SSLEnable = true
	c.Reconsider()
	if got := causes(); len(got) != before-1 {
		t.Errorf("%q is left of %d", got, before)
	}
	c.Settings.ACMEDomains = "ftp.example.com"
	c.Reconsider()
	if got := causes(); len(got) != before-2 {
		t.Errorf("%q is left of %d", got, before)
	}
}
