package main

import (
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	t.Parallel()

	const ended = `{"Action":"pass","Package":"p","Elapsed":1}`

	tests := map[string]struct {
		events string
		ok     bool
		last   string
		says   []string
	}{
		"a test passes": {
			`{"Action":"run","Package":"p","Test":"TestA"}
			{"Action":"pass","Package":"p","Test":"TestA"}
			` + ended,
			true, "1 passed, 0 failed, 0 skipped", []string{"ok    p ", "p TestA"},
		},
		"a test with subtests is counted by them": {
			`{"Action":"run","Package":"p","Test":"TestA"}
			{"Action":"run","Package":"p","Test":"TestA/1"}
			{"Action":"run","Package":"p","Test":"TestA/2"}
			{"Action":"pass","Package":"p","Test":"TestA/1"}
			{"Action":"output","Package":"p","Test":"TestA/2","Output":"want 1\n"}
			{"Action":"fail","Package":"p","Test":"TestA/2"}
			{"Action":"fail","Package":"p","Test":"TestA"}
			{"Action":"fail","Package":"p"}`,
			false, "1 passed, 1 failed, 0 skipped", []string{"=== FAIL: p TestA/2\nwant 1\n"},
		},
		"a skip is no success": {
			`{"Action":"run","Package":"p","Test":"TestA"}
			{"Action":"skip","Package":"p","Test":"TestA"}
			` + ended,
			false, "0 passed, 0 failed, 1 skipped", []string{"SKIP  p ", "=== SKIP: p TestA"},
		},
		"a package without tests is no skip": {
			`{"Action":"run","Package":"p","Test":"TestA"}
			{"Action":"pass","Package":"p","Test":"TestA"}
			` + ended + `
			{"Action":"start","Package":"q"}
			{"Action":"skip","Package":"q"}`,
			true, "1 passed, 0 failed, 0 skipped", []string{"-     q "},
		},
		"nothing ran": {
			`{"Action":"start","Package":"q"}
			{"Action":"skip","Package":"q"}`,
			false, "0 passed, 0 failed, 0 skipped", []string{"no test ran"},
		},
		"a package does not build": {
			`{"Action":"build-output","ImportPath":"p [p.test]","Output":"undefined: x\n"}
			{"Action":"fail","Package":"p","FailedBuild":"p [p.test]"}`,
			false, "0 passed, 1 failed, 0 skipped", []string{"undefined: x\n"},
		},
		"a panic is told by the parent": {
			`{"Action":"run","Package":"p","Test":"TestA"}
			{"Action":"run","Package":"p","Test":"TestA/1"}
			{"Action":"fail","Package":"p","Test":"TestA/1"}
			{"Action":"output","Package":"p","Test":"TestA","Output":"panic: ouch\n"}
			{"Action":"fail","Package":"p","Test":"TestA"}
			{"Action":"fail","Package":"p"}`,
			false, "0 passed, 1 failed, 0 skipped", []string{"panic: ouch\n"},
		},
		"the stream ends early": {
			`{"Action":"run","Package":"p","Test":"TestA"}
			{"Action":"pass","Package":"p","Test":"TestA"}
			{"Action":"run","Package":"p","Test":"TestB"}`,
			false, "1 passed, 1 failed, 0 skipped", []string{"=== FAIL: p TestB\n    (it did not end)\n"},
		},
		"what is no event is passed on": {
			"warning: something\n",
			false, "0 passed, 0 failed, 0 skipped", []string{"warning: something\n"},
		},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var out strings.Builder

			ok, err := report(strings.NewReader(test.events), &out)
			if err != nil || ok != test.ok {
				t.Errorf("report: %v, %v; want %v", ok, err, test.ok)
			}

			if !strings.HasSuffix(out.String(), "\n"+test.last+"\n") {
				t.Errorf("last line: want %q in:\n%s", test.last, out.String())
			}

			for _, want := range test.says {
				if !strings.Contains(out.String(), want) {
					t.Errorf("want %q in:\n%s", want, out.String())
				}
			}
		})
	}
}
