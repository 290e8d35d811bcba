// Package pdf turns an invoice into an A4 document.
//
// The bytes are a function of the document alone: no clock, no file, no
// network, no shared state. The fonts (Go Regular and Go Bold: Latin, Greek,
// Cyrillic) are in the program; a character they lack is printed as a box, and
// a note at the end says so.
package pdf

import (
	"bytes"
	"fmt"
	"slices"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"

	"stint"
)

// Invoice renders doc as a PDF. Drafts carry the mark DRAFT and no number,
// void invoices the mark VOID. It fails when a line or the sum of the lines is
// beyond ±stint.MaxInt53 (the error wraps stint.ErrOutOfRange). Texts are
// printed to a bounded length, which an ellipsis shows: see maxRunes, maxCell
// and maxPrinted.
func Invoice(doc stint.InvoiceDocument) ([]byte, error) {
	t, err := newTable(&doc)
	if err != nil {
		return nil, err
	}
	s := newSheet(&doc)
	s.newPage()
	s.letterhead(&doc)
	t.draw(s)
	s.footers()
	var out bytes.Buffer
	if err := s.pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("writing the PDF: %w", err)
	}
	return out.Bytes(), nil
}

// The page, in millimetres from its upper left corner.
const (
	pageWidth  = 210.0
	pageHeight = 297.0
	left       = 22.0
	right      = pageWidth - 20
	top        = 20.0
	bottom     = pageHeight - 26 // content ends above the footer
	footerLine = pageHeight - 15 // baseline of the footer
)

// color is red, green and blue, 0 to 255.
type color [3]int

var (
	ink    = color{23, 31, 43}
	muted  = color{100, 110, 125}
	hair   = color{217, 222, 229}
	tint   = color{243, 246, 248}
	accent = color{15, 92, 102}
	amber  = color{163, 98, 0}
	red    = color{168, 33, 38}
	white  = color{255, 255, 255}
)

// The marks of what is not, or no longer, an invoice.
const (
	draftMark = "DRAFT"
	voidMark  = "VOID"
)

// sheet is a document being drawn; y is where the next thing goes.
type sheet struct {
	pdf     *fpdf.Fpdf
	y       float64
	mark    string // draftMark, voidMark or nothing
	heading string // what the document calls itself, on every page
	seller  string
	// boxed says that a character had no glyph.
	boxed bool
}

func newSheet(doc *stint.InvoiceDocument) *sheet {
	p := fpdf.New("P", "mm", "A4", "")
	// Copies, because fpdf writes into the bytes of a font while it cuts it down.
	p.AddUTF8FontFromBytes(family, "", slices.Clone(goregular.TTF))
	p.AddUTF8FontFromBytes(family, "B", slices.Clone(gobold.TTF))
	p.SetAutoPageBreak(false, 0)
	p.SetCatalogSort(true)
	s := &sheet{pdf: p, heading: "Invoice"}
	s.seller = s.line(doc.Tenant)
	switch doc.Invoice.Status {
	case stint.Draft:
		s.mark = draftMark
		s.heading += " (draft)"
	case stint.Void:
		s.mark = voidMark
		s.heading += " " + s.line(doc.Invoice.InvoiceNumber) + " (void)"
	default:
		s.heading += " " + s.line(doc.Invoice.InvoiceNumber)
	}
	written := doc.Invoice.UpdatedAt
	if doc.Invoice.IssuedAt != nil {
		written = *doc.Invoice.IssuedAt
	}
	p.SetCreationDate(written.Time())
	p.SetModificationDate(doc.Invoice.UpdatedAt.Time())
	p.SetProducer("Stint", true)
	p.SetTitle(s.heading, true)
	p.SetAuthor(s.seller, true)
	p.SetLang("en")
	return s
}

// newPage begins a page, with the mark across it under everything else.
func (s *sheet) newPage() {
	s.pdf.AddPage()
	s.y = top
	switch s.mark {
	case draftMark:
		s.watermark(s.mark, color{248, 242, 231})
	case voidMark:
		s.watermark(s.mark, color{251, 237, 237})
	}
}

// footers writes the foot of every page, once their number is known.
func (s *sheet) footers() {
	small := style{size: 7.5, color: muted}
	pages := s.pdf.PageCount()
	for page := 1; page <= pages; page++ {
		s.pdf.SetPage(page)
		s.rule(left, footerLine-4.5, 0.2, hair)
		number := fmt.Sprintf("Page %d of %d", page, pages)
		s.textRight(right, footerLine, small, number)
		room := right - left - small.width(number) - 8
		heading := small.fit(s.heading, room*0.6)
		name := small.fit(s.seller, room-small.width(heading+"  ·  "))
		s.text(left, footerLine, small, name+"  ·  "+heading)
	}
}

// text writes str with its baseline at y.
func (s *sheet) text(x, y float64, st style, str string) {
	if str == "" {
		return
	}
	weight := ""
	if st.bold {
		weight = "B"
	}
	s.pdf.SetFont(family, weight, st.size)
	s.pdf.SetTextColor(st.color[0], st.color[1], st.color[2])
	s.pdf.Text(x, y, str)
}

// textRight writes str so that it ends at x.
func (s *sheet) textRight(x, y float64, st style, str string) {
	s.text(x-st.width(str), y, st, str)
}

// rule draws a line at y, from x to the right margin.
func (s *sheet) rule(x, y, width float64, c color) {
	s.fill(x, y-width/2, right-x, width, c)
}

// fill draws a rectangle; x, y is its upper left corner.
func (s *sheet) fill(x, y, w, h float64, c color) {
	s.pdf.SetFillColor(c[0], c[1], c[2])
	s.pdf.Rect(x, y, w, h, "F")
}
