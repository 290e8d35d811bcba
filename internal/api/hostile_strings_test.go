package api_test

import "strings"

// naughty are texts that other programs stumble over. All are Unicode without
// U+0000 and not empty, so all must come back as they were sent.
var naughty = append([]string{
	// Words that mean something to a program.
	"undefined", "null", "NULL", "(null)", "nil", "NIL", "None", "true", "FALSE", "NaN", "Infinity", "-Infinity", "hasOwnProperty", "__proto__", "constructor", "then", "\\", "\\\\", "0", "-0", "1.0", "1e1000", "0x0",
	"1,000.00", "1 000,00", "2^53", "9007199254740993", "١٢٣", "CON", "PRN", "AUX", "NUL", "COM1", ".", "..", "...", "./", "../../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "..\\..\\windows\\win.ini", "file:///etc/passwd", "C:\\Temp\\a", "~", "*", "?",
	// SQL.
	"'", "''", "\"", "`", ";", "--", "/*", "*/", "' OR '1'='1", "' OR 1=1 --", "1; DROP TABLE clients; --", "'; DELETE FROM time_entries; --", "\\'; SELECT 1; --", "admin'--", "' UNION SELECT hash FROM tokens --", "$1", "$$", "$tag$x$tag$", "?1", ":name", "@p1",
	"%", "_", "%%", "a%b_c", "\\%", "\\_", "%' ESCAPE '\\", "E'\\x00'", "x'41'", "U&'\\0061'", "' || pg_sleep(0) || '", "1 AND (SELECT COUNT(*) FROM sqlite_master) > 0", "[a]", "{a}",
	// HTML, scripts, templates, format strings, shells.
	"<script>alert(1)</script>", "</script><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "<b>bold</b>", "&lt;&amp;&#39;", "&nbsp;", "<!-- -->", "<![CDATA[x]]>", "<?xml version=\"1.0\"?>", "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>&x;",
	"javascript:alert(1)", "{{7*7}}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{% include x %}", "${jndi:ldap://127.0.0.1/a}", "%s%s%s%n", "%d", "%x", "%v", "%!s(MISSING)", "{0}", "{}", "$(touch /tmp/x)", "`touch /tmp/x`", "; ls", "| ls", "&& ls", "$HOME", "%PATH%", "!!", "\\x41", "\\u0041", "\\n",
	// JSON in a text.
	"{\"id\":\"x\"}", "[1,2]", "\",\"status\":\"VOID", "}{", "\\\"", "\\u0000", "\\ud800", "null\u2028",
	// Cells of a spreadsheet, headers of a mail, lines of a log.
	"=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1+1)", "\t=1+1", "\r=1+1", "a,b;c\td", "\"a\",\"b\"", "a\r\nBcc: x@example.com", "a\nb", "a\r\nb", "a\rb", "\n", "\r\n", "\u0085", "\u2028", "\u2029", "\v", "\f", "level=ERROR msg=\"forged\"", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\u009b31m",
	// Blanks.
	" ", "  ", " a", "a ", " a ", "\t", "\ta\t", "a  b", "\u00a0", "\u00a0a\u00a0", "\u1680", "\u2000\u2001\u2002\u2003\u2009\u200a", "\u202f", "\u205f", "\u3000", "\u180e", "\u200b", "\u200c", "\u200d", "\u2060", "a\u200bb", "\ufeff", "\ufeffa", "a\ufeff", "\u00ad", "a\u00adb", "\u115f", "\u3164", "\u2800",
	// Control characters, and what is no character.
	"\x01", "\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f", "\x1a", "\x7f", "\u0080\u0081\u0084\u0099", "\ufffd", "a\ufffdb", "\ufffe", "\uffff", "\ufdd0\ufdef", "\U0001fffe", "\U0010ffff", "\ue000", "\U000f0000", "\ufff9a\ufffab\ufffb", "\ufffc",
	// Directions.
	"\u202ereversed\u202c", "\u2066\u202e\u2069", "\u200fa\u200e", "\u061c", "abc אבג def", "שלום", "مرحبا بالعالم", "مُنَاقَشَةُ سُبُلِ اِسْتِخْدَامِ اللُّغَةِ", "invoice\u202efdp.exe",
	// The same or nearly the same to the eye.
	"é", "e\u0301", "Å", "\u212b", "A\u030a", "ﬁ", "fi", "ß", "ẞ", "SS", "ſ", "K", "\u212a", "İ", "ı", "i\u0307", "ǆ", "ǅ", "Σ", "σ", "ς", "а", "a", "Ａ", "①", "½", "Ⅷ", "㌀", "ﷺ", "한", "\u1112\u1161\u11ab", "が", "か\u3099", "ộ", "o\u0302\u0323", "o\u0323\u0302",
	// Marks without and with letters.
	"\u0301", "\u0300\u0301\u0302", "Z\u0351\u036b\u0343\u036aA\u0310\u0350\u0334L\u034c\u0346GO\u0321\u0336", "a\u20dd", "\u0e01\u0e33", "ก็็็็็็็็็", "नमस्ते", "க்ஷ", "ཀྱེ", "ကြောင့်", "\u0f73",
	// Emoji.
	"😀", "👩‍👩‍👧‍👦", "👍🏽", "🏳️‍🌈", "🇨🇭🇳🇿", "🇨", "1️⃣", "❤", "❤️", "❤︎", "👨🏿‍🚀", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "🧑🏾‍❤️‍💋‍🧑🏻", "\ufe0f", "🤷‍♀️ 🤦🏿‍♂️", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "𝒳", "𠜎𠜱", "𡃁", "🀄",
	// Scripts.
	"田中さんにあげて下さい", "パーティーへ行かないか", "和製漢語", "部落格", "사회과학원 어학연구소", "찦차를 타고 온 펲시맨과 쑛다리 똠방각하", "社會科學院語學研究所", "울란바토르", "𠜎𠜱𠝹𠱓", "Ⱥ Ⱦ", "ᚠᛇᚻ", "Привет", "Ελληνικά", "ⲁⲛⲟⲕ", "ⵜⵉⴼⵉⵏⴰⵖ", "ᏣᎳᎩ", "ʇsǝʇ", "ǝpısdn", "Ṫ̈", "⅛⅜⅝⅞", "ЁЂЃЄ", "₀₁₂", "⁰⁴⁵", "ด้้้้้็็็็็้้้้้", "( ͡° ͜ʖ ͡°)", "ﾟ･✿ヾ╲(｡◕‿◕｡)╱✿･ﾟ", ",。・:*:・゜’( ☻ ω ☻ )。・:*:・゜’", "(╯°□°）╯︵ ┻━┻",
}, longOnes...)

// longOnes are cut to a field's limit, in code points.
var longOnes = []string{strings.Repeat("a", 2000), strings.Repeat("\U0001f600", 2000), strings.Repeat("é", 2000), strings.Repeat("ﷺ", 2000), strings.Repeat("e\u0301", 1000), strings.Repeat("\u0301", 2000),
	strings.Repeat("\x01", 2000), strings.Repeat("\"", 2000), strings.Repeat("\\", 2000), strings.Repeat("\U0010ffff", 2000), strings.Repeat(" ", 2000), strings.Repeat("\u202e", 2000)}
