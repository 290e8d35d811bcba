package pdf

import (
	"strings"

	"stint"
)

// The upper part of the first page. The recipient stands where the window of a
// DIN 5008 letter is; long texts push everything below them down.
const (
	recipientY     = 50.0
	recipientWidth = 84.0
	factsX         = 122.0 // labels of the facts
	factsValueX    = 143.0
	titleY         = 98.0 // at least

	// The most lines of each. 255 letters as wide as they are high fit every
	// name and number, and all of it together still fits the page.
	maxSeller    = 8
	maxClient    = 12
	maxAddress   = 10
	maxRecipient = 34
	maxFact      = 19
)

func (s *sheet) letterhead(doc *stint.InvoiceDocument) {
	s.fill(left, 16, 12, 1.1, accent)
	s.y = 19
	s.paragraph(left, right-left, style{bold: true, size: 14, color: ink}, s.seller, maxSeller)

	start := max(recipientY, s.y+10)
	s.y = start
	s.facts(doc)
	end := s.y
	s.y = start
	s.recipient(doc)
	s.y = max(titleY, end+10, s.y+10)

	if s.y+70 > bottom {
		s.newPage() // the title stays with the table
	}
	title := style{bold: true, size: 24, color: ink}
	s.y += title.size * point * 0.75
	s.text(left, s.y, title, "Invoice")
	if s.mark != "" {
		s.badge(left+title.width("Invoice")+4, s.y)
	}
	s.y += 9
}

// badge shows the mark in a coloured field that stands on the baseline y.
func (s *sheet) badge(x, y float64) {
	st := style{bold: true, size: 10, color: white}
	back := amber
	if s.mark == voidMark {
		back = red
	}
	s.fill(x, y-5.7, st.width(s.mark)+5, 5.9, back)
	s.text(x+2.5, y-1.5, st, s.mark)
}

func (s *sheet) recipient(doc *stint.InvoiceDocument) {
	label := style{size: 7.5, color: muted}
	s.text(left, s.y, label, "Bill to")
	s.y += 2
	plain := style{size: 10, color: ink}
	var lines []string
	client := plain
	client.bold, client.size = true, 10.5
	names := client.wrap(s.line(doc.Client), recipientWidth, maxClient)
	if strings.TrimSpace(doc.Contact) != strings.TrimSpace(doc.Client) {
		lines = plain.wrap(s.line(doc.Contact), recipientWidth, maxAddress)
	}
	for _, text := range doc.Address {
		if len(names)+len(lines) > maxRecipient {
			break
		}
		lines = append(lines, plain.wrap(s.line(text), recipientWidth, maxAddress)...)
	}
	if most := maxRecipient - len(names); len(lines) > most {
		lines = append(lines[:most-1], more)
	}
	s.write(left, client, names)
	s.write(left, plain, lines)
}

// facts are the labelled values beside the recipient.
func (s *sheet) facts(doc *stint.InvoiceDocument) {
	label, value := style{size: 9, color: muted}, style{size: 9, color: ink}
	s.y -= 2.6 // so that the first label is level with the recipient's
	fact := func(name string, st style, text string) {
		if text == "" {
			return
		}
		baseline := s.y + st.size*point*1.05
		s.text(factsX, baseline, label, name)
		s.paragraph(factsValueX, right-factsValueX, st, text, maxFact)
		s.y += 1.3
	}
	strong := value
	strong.bold = true
	inv := &doc.Invoice
	if inv.Status != stint.Draft {
		fact("Number", strong, s.line(inv.InvoiceNumber))
	}
	fact("Issued", value, day(inv.IssuedAt))
	fact("Due", value, day(inv.DueAt))
	fact("Paid", value, day(inv.PaidAt))
	if rate := string(inv.ExchangeRate); rate != "" && rate != "1" {
		fact("Exchange rate", value, s.line(rate))
	}
	fact("Contract", value, s.line(doc.Contract))
}

// paragraph writes a wrapped text from s.y down and moves s.y below it.
func (s *sheet) paragraph(x, width float64, st style, text string, maxLines int) {
	s.write(x, st, st.wrap(text, width, maxLines))
}

// write writes lines from s.y down and moves s.y below them.
func (s *sheet) write(x float64, st style, lines []string) {
	for _, line := range lines {
		s.text(x, s.y+st.size*point*1.05, st, line)
		s.y += st.leading()
	}
}

// day is an instant as people write it, in UTC; nothing when unset.
func day(i *stint.Instant) string {
	if i == nil {
		return ""
	}
	return i.Time().Format("2 January 2006")
}
