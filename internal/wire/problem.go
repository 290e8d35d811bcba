package wire

import (
	"math/bits"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"stint"
)

// maxProblems is how many are told of one body.
const maxProblems = 1000

// maxStep is how many bytes of a name a pointer shows: it is the caller's
// text, and each of many problems below it would repeat it.
const maxStep = 128

// add reports a problem where the scanner is. It is false when there are too
// many to go on.
func (d *decoder) add(code, message string) bool {
	if len(d.problems) == maxProblems {
		d.problems = append(d.problems, stint.Problem{Pointer: d.root, Code: "TooManyProblems",
			Message: "There are more problems than these; correct them and send the body again."})
		return false
	}
	d.problems = append(d.problems, stint.Problem{Pointer: d.pointer(), Code: code, Message: message})
	return true
}

// refuse leaves the field empty and reports why.
func (d *decoder) refuse(v reflect.Value, code, message string) bool {
	v.SetZero()
	return d.add(code, message)
}

// pointer is where the scanner is, by RFC 6901.
func (d *decoder) pointer() string {
	if len(d.path) == 0 {
		return d.root
	}
	b := []byte(d.root)
	for _, s := range d.path {
		b = append(b, '/')
		if s.name == nil {
			b = strconv.AppendInt(b, int64(s.index), 10)
			continue
		}
		b = appendStep(b, s.name)
	}
	return string(b)
}

var escapeStep = strings.NewReplacer("~", "~0", "/", "~1")

func appendStep(b, name []byte) []byte {
	cut := len(name) > maxStep
	if cut {
		end := maxStep
		for end > 0 && !utf8.RuneStart(name[end]) {
			end--
		}
		name = name[:end]
	}
	text := strings.ToValidUTF8(string(name), "\ufffd")
	b = append(b, escapeStep.Replace(text)...)
	if cut {
		b = append(b, "…"...)
	}
	return b
}

// blame reports what is wrong with a string or a name.
func (d *decoder) blame(f faults, what string) bool {
	return (f&nul == 0 || d.add("NullCharacter", "This "+what+" contains U+0000, which cannot be kept; send it without.")) &&
		(f&broken == 0 || d.add("InvalidUTF8", "This "+what+" is not valid UTF-8; send it in UTF-8.")) &&
		(f&lone == 0 || d.add("LoneSurrogate", "This "+what+" has half of a surrogate pair, which is no character; send both \\u escapes of the pair."))
}

func (d *decoder) twice() bool {
	return d.add("DuplicateKey", "This name is there more than once in its object; send it once.")
}

func (d *decoder) unknown(r *request, name string) bool {
	hint := ""
	if len(name) <= maxStep {
		hint = r.hints[fold(name)]
	}
	return d.add("UnknownField", "There is no field of this name to send here. "+hint+r.names)
}

// missing reports the needed fields that are not there.
func (d *decoder) missing(r *request, missing uint64) bool {
	for ; missing != 0; missing &= missing - 1 {
		f := r.fields[bits.TrailingZeros64(missing)]
		d.path = append(d.path, step{name: []byte(f.sent)})
		if !d.add("Required", "This is required; send "+f.expect+".") {
			return false
		}
		d.path = d.path[:len(d.path)-1]
	}
	return true
}
