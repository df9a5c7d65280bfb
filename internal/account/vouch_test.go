package account_test

import (
	"errors"
	"testing"
	"time"

	"ferry/internal/account"
)

func TestVouched(t *testing.T) {
	store := new(account.Memory)
	for _, u := range []*account.User{
		{Name: "anna", Root: "/srv"},
		{Name: "off", Root: "/srv", Disabled: true},
		{Name: "old", Root: "/srv", Expires: time.Now().Add(-time.Hour).Truncate(time.Second)},
	} {
		if err := store.Add(t.Context(), u); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]error{
		"anna": nil, "off": account.ErrDisabled, "old": account.ErrExpired, "nobody": account.ErrNotFound, "Anna": account.ErrNotFound,
	} {
		u, err := account.Vouched(t.Context(), store, name)
		if !errors.Is(err, want) || (want == nil) != (u != nil) {
			t.Errorf("%s: %v, %v; want %v", name, u, err, want)
		}
		if _, denied := errors.AsType[*account.DeniedError](err); want != nil && !denied {
			t.Errorf("%s: %v is no DeniedError", name, err)
		}
	}
}
