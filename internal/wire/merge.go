package wire

import "bytes"

// member is one of an object, as it was written.
type member struct {
	key   []byte // the name in the text, with its quotes
	value []byte
}

// name is what the key says.
func (m member) name() []byte {
	q := quoted{raw: m.key[1 : len(m.key)-1]}
	if bytes.IndexByte(q.raw, '\\') < 0 {
		return q.raw
	}
	return q.appendText(nil)
}

func (m member) removes() bool { return string(m.value) == "null" }

// merge applies a JSON merge patch (RFC 7396) to an object, nil for one that
// is not there: objects are merged, null removes, anything else replaces.
// What the patch does not name keeps its place and its spelling. Both must be
// valid JSON without duplicate names.
func merge(object, patch []byte) []byte {
	return appendMerged(nil, bytes.TrimSpace(object), bytes.TrimSpace(patch))
}

func appendMerged(dst, old, patch []byte) []byte {
	if patch[0] != '{' {
		return append(dst, patch...)
	}
	start := len(dst)
	put := func(m member, old []byte) {
		dst = append(dst, ',') // the first becomes the brace
		dst = append(dst, m.key...)
		dst = append(dst, ':')
		dst = appendMerged(dst, old, m.value)
	}
	changes := members(patch)
	if before := members(old); len(before) > 0 {
		places := make(map[string]int, len(changes))
		for i, c := range changes {
			places[string(c.name())] = i
		}
		for _, m := range before {
			i, changed := places[string(m.name())]
			switch {
			case !changed:
				dst = append(append(append(append(dst, ','), m.key...), ':'), m.value...)
			case !changes[i].removes():
				put(member{m.key, changes[i].value}, m.value)
			}
			if changed {
				changes[i] = member{} // done
			}
		}
	}
	for _, c := range changes {
		if c.key != nil && !c.removes() {
			put(c, nil)
		}
	}
	if len(dst) == start {
		dst = append(dst, '{')
	}
	dst[start] = '{'
	return append(dst, '}')
}

// members takes an object apart; none for anything else.
func members(text []byte) (list []member) {
	if len(text) == 0 || text[0] != '{' {
		return nil
	}
	d := decoder{scanner: scanner{buf: text}, loose: true}
	d.open()
	for first := true; ; first = false {
		if more, _ := d.more('}', first); !more {
			return list
		}
		d.peek()
		start := d.pos
		q, ok := d.key()
		if !ok {
			return list
		}
		m := member{key: text[start : start+len(q.raw)+2]}
		d.peek()
		start = d.pos
		if !d.skip() {
			return list
		}
		m.value = text[start:d.pos]
		list = append(list, m)
	}
}

// Member gives a member of the object that body is, by its exact name; nil when
// it is not there. It is for what a record cannot say, such as whether an
// amount of 0 was sent, and wants a body that Decode found nothing wrong with.
func Member(body []byte, name string) Raw {
	for _, m := range members(bytes.TrimSpace(body)) {
		if string(m.name()) == name {
			return m.value
		}
	}
	return nil
}
