package pdf

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"
)

const (
	family = "Go"
	point  = 25.4 / 72 // millimetres in a typographic point
	box    = '□'       // what a character without a glyph is printed as
	more   = "…"       // where a text was cut

	// maxRunes is how much of one text is looked at, in characters.
	maxRunes = 30_000
)

// face is the width of every character, in thousandths of the font size; 0
// when the font has no glyph for it. The numbers are those fpdf writes.
type face [1 << 16]uint16

// faces are the two weights, read once and never written again.
var faces = sync.OnceValue(func() *struct{ regular, bold face } {
	var f struct{ regular, bold face }
	f.regular.read(goregular.TTF)
	f.bold.read(gobold.TTF)
	return &f
})

func (f *face) read(ttf []byte) {
	parsed, err := sfnt.Parse(ttf)
	if err != nil {
		panic(err) // the bytes are part of the program
	}
	var buf sfnt.Buffer
	em := fixed.Int26_6(parsed.UnitsPerEm())
	for r := range rune(len(f)) {
		glyph, err := parsed.GlyphIndex(&buf, r)
		if err != nil || glyph == 0 {
			continue
		}
		// At one pixel a unit the advance is in the font's own units.
		width, err := parsed.GlyphAdvance(&buf, glyph, em<<6, font.HintingNone)
		if err == nil {
			f[r] = uint16((int(width>>6)*1000 + int(em)/2) / int(em)) //nolint:gosec // at most 1,115 in these fonts
		}
	}
}

// style is how a text looks; size in points.
type style struct {
	bold  bool
	size  float64
	color color
}

func (st style) face() *face {
	f := faces()
	if st.bold {
		return &f.bold
	}
	return &f.regular
}

// width of s in millimetres.
func (st style) width(s string) float64 {
	return float64(st.face().width(s)) * st.size * point / 1000
}

func (f *face) width(s string) (sum int) {
	for _, r := range s {
		sum += int(f[r&0xffff])
	}
	return sum
}

// leading is the distance of two lines.
func (st style) leading() float64 { return st.size * point * 1.4 }

// clean makes a text printable: composed (é is one character), without control
// and invisible characters, lines ended by \n, and what the fonts lack as box.
// missing says that there was such a character.
func clean(s string) (text string, missing bool) {
	if len(s) > maxRunes {
		if end := runeEnd(s, maxRunes); end < len(s) {
			s = s[:end] + more
		}
	}
	glyphs := &faces().regular
	s = strings.ReplaceAll(s, "\r\n", "\n")
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFC.String(strings.ToValidUTF8(s, "\uFFFD")) {
		switch {
		case r == '\n', r == '\r', r == '\v', r == '\f', r == '\u0085', r == '\u2028', r == '\u2029':
			b.WriteByte('\n')
		case r == '\u00a0', r == '\u202f': // the narrow one has no glyph
			b.WriteRune('\u00a0')
		case r == '\t', unicode.Is(unicode.Zs, r):
			b.WriteByte(' ')
		case r == '\u2011': // the hyphen that does not break has no glyph either
			b.WriteByte('-')
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector,
			unicode.Other_Default_Ignorable_Code_Point):
		case r < rune(len(glyphs)) && glyphs[r] > 0:
			b.WriteRune(r)
		default:
			missing = true
			b.WriteRune(box)
		}
	}
	return b.String(), missing
}

// runeEnd is the number of bytes of the first n characters of s.
func runeEnd(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

// clean is clean, noting what is missing.
func (s *sheet) clean(text string) string {
	text, missing := clean(text)
	s.boxed = s.boxed || missing
	return text
}

// line cleans a text that is one line by nature, such as a name.
func (s *sheet) line(text string) string {
	return strings.Join(strings.Fields(s.clean(text)), " ")
}

// fit is s, or as much of it as a line of the width holds, with an ellipsis.
func (st style) fit(s string, width float64) string {
	lines := st.wrap(s, width, 1)
	if len(lines) == 0 {
		return ""
	}
	return lines[0]
}

// wrap breaks a clean text into lines no wider than width (in millimetres):
// between words, and within a word that is longer than a line. Empty lines
// never follow each other, and none is first or last. There are at most
// maxLines; an ellipsis ends the last when there is more.
func (st style) wrap(s string, width float64, maxLines int) []string {
	w := wrapper{face: st.face(), limit: int(width / (st.size * point) * 1000), max: maxLines}
	gap := false
	for paragraph := range strings.SplitSeq(s, "\n") {
		paragraph = strings.Trim(paragraph, " ")
		if paragraph == "" {
			gap = len(w.lines) > 0
			continue
		}
		if gap {
			w.add("")
			gap = false
		}
		w.paragraph(paragraph)
		if w.full {
			break
		}
	}
	return w.lines
}

// wrapper gathers lines; limit is in thousandths of the font size.
type wrapper struct {
	face       *face
	limit, max int
	lines      []string
	full       bool
}

func (w *wrapper) paragraph(s string) {
	start, space := 0, -1 // of the line; after its last space
	width, spaceWidth := 0, 0
	for i, r := range s {
		advance := int(w.face[r&0xffff])
		if r == ' ' {
			// A space may hang over the edge: it is not printed there.
			width += advance
			space, spaceWidth = i+1, width
			continue
		}
		if width+advance > w.limit && i > start {
			if space > start {
				w.add(strings.TrimRight(s[start:space], " "))
				start, width = space, width-spaceWidth
			}
			if width+advance > w.limit && i > start {
				w.add(s[start:i])
				start, width = i, 0
			}
			space, spaceWidth = -1, 0
			if w.full {
				return
			}
		}
		width += advance
	}
	w.add(s[start:])
}

func (w *wrapper) add(line string) {
	if w.full {
		return
	}
	if len(w.lines) < w.max {
		w.lines = append(w.lines, line)
		return
	}
	w.full = true
	if w.max == 0 {
		return
	}
	last := &w.lines[w.max-1]
	room := w.limit - w.face.width(more)
	for *last != "" && w.face.width(*last) > room {
		_, size := utf8.DecodeLastRuneInString(*last)
		*last = (*last)[:len(*last)-size]
	}
	*last = strings.TrimRight(*last, " ") + more
}
