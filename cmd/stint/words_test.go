package main

import (
	"errors"
	"fmt"
	"testing"

	"stint"
)

func TestWords(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{errors.New("one"), "one"},
		{errors.Join(errors.New("one"), errors.New("two")), "one; two"},
		{fmt.Errorf("failed to connect:\n\t%s\n\t%s", "127.0.0.1: refused", "::1: refused"), "failed to connect: 127.0.0.1: refused ::1: refused"},
		{stint.NewError(stint.Conflict, "EmailTaken", "Another user has this email.").Because(errors.New("cause")), "Another user has this email. (cause)"},
		{fmt.Errorf("wrapped: %w", stint.InvalidBody([]stint.Problem{{Message: "Send less."}})), "The request body is not valid. Each entry of `errors` says where and what to do. Send less."},
	} {
		if got := words(c.err); got != c.want {
			t.Errorf("%q, not %q", got, c.want)
		}
	}
}
