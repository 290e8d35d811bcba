package wire_test

import (
	"reflect"
	"strings"
	"sync"
	"testing"

	"stint"
	"stint/internal/wire"
)

func panics[T any](t *testing.T, want string) {
	t.Helper()
	expectPanic(t, want, func() { wire.Of[T]() })
}

func panicsOn(t *testing.T, want string, fields ...reflect.StructField) {
	t.Helper()
	expectPanic(t, want, func() { wire.Compile(reflect.StructOf(fields), nil) })
}

func expectPanic(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		if text, _ := recover().(string); !strings.Contains(text, want) {
			t.Errorf("panic %q, want %q", text, want)
		}
	}()
	f()
}

func TestOfRefusesMistakes(t *testing.T) {
	panics[int](t, "not a struct")
	panics[struct{ A string }](t, "no json tag")
	panics[struct {
		A string `json:"a" maxLenght:"5"`
	}](t, "unknown or repeated tag maxLenght")
	panics[struct {
		A string `json:"a" json:"b"` //nolint:staticcheck // what is wrong here is what is tested
	}](t, "unknown or repeated tag json")
	panics[struct {
		A string `json:"a,string"`
	}](t, "json tag is a name")
	panics[struct {
		A string `json:"a" write:"update"`
	}](t, "no such operation")
	panics[struct {
		A string `json:"a" write:"create" need:"create,replace"`
	}](t, "need has an operation")
	panics[struct {
		A string `json:"a" as:"b" write:"create"`
		B string `json:"b" write:"create"`
	}](t, "there twice")
	panics[struct {
		A string `json:"a" minLength:"-1"`
	}](t, "not a count")
	panics[struct {
		A string `json:"a" minimum:"1"`
	}](t, "has no minimum")
	panics[struct {
		A stint.Int53 `json:"a" minimum:"x"`
	}](t, "not a JSON number")
	panics[struct {
		A stint.Int53 `json:"a" minimum:"1" exclusiveMinimum:"1"`
	}](t, "exclusiveMinimum")
	panics[struct {
		A string `json:"a" format:"ipv4"`
	}](t, "no such format")
	panics[struct {
		A string `json:"a" format:"uri" write:"create"`
	}](t, "no check")
	panics[struct {
		A string `json:"a" zero:"drop"`
	}](t, "zero")
	panics[struct {
		A bool `json:"a" ref:"client"`
	}](t, "ref")
	panics[struct {
		A float64 `json:"a"`
	}](t, "no such kind")
	panics[struct {
		A []int `json:"a"`
	}](t, "a list is of")
	panics[struct {
		A *[]string `json:"a"`
	}](t, "pointer to a slice")
	panics[struct {
		A *stint.Metadata `json:"a"`
	}](t, "pointer to a slice")
	panics[recursive](t, "contains itself")
	// These two vet would not let stand in a struct.
	text := reflect.TypeFor[string]()
	panicsOn(t, "not a list", reflect.StructField{Name: "A", Type: text, Tag: `json:"a" maxLength`})
	panicsOn(t, "two fields", reflect.StructField{Name: "A", Type: text, Tag: `json:"a"`},
		reflect.StructField{Name: "B", Type: text, Tag: `json:"a"`})
}

type recursive struct {
	Children []recursive `json:"children"`
}

func TestMisuse(t *testing.T) {
	for name, f := range map[string]func(){
		"another type": func() { wire.Of[stint.Client]().Decode(nil, wire.Create, &stint.Email{}, "") },
		"a value":      func() { wire.Of[stint.Client]().Append(nil, stint.Client{}, nil) },
		"nil":          func() { wire.Of[stint.Client]().Append(nil, (*stint.Client)(nil), nil) },
		"operation":    func() { wire.Of[stint.Client]().Decode(nil, "delete", &stint.Client{}, "") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

func TestOfOnce(t *testing.T) {
	first := wire.Of[stint.Client]()
	if first != wire.Of[stint.Client]() || first.Name() != "Client" {
		t.Error("compiled twice", first.Name())
	}
}

// TestParallel is for the race detector.
func TestParallel(t *testing.T) {
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				type local struct {
					stint.TimeEntry
				}
				var entry local
				shape := wire.Of[local]()
				if p := shape.Decode([]byte(exampleBody), wire.Create, &entry, ""); p != nil {
					t.Error(p)
				}
				if p := shape.Decode([]byte(`{"x":{"a":1,"a":2}}`), wire.Patch, &entry, ""); len(p) != 2 {
					t.Error(p)
				}
				shape.Append(nil, &entry, nil)
				shape.Request(wire.Patch)
			}
		})
	}
	group.Wait()
}
