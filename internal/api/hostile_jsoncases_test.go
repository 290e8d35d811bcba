package api_test

import (
	"math/big"
	"strings"
	"testing"
)

// refusedJSON is no JSON value, or one that two readers could read differently.
var refusedJSON = map[string]string{
	"n_array_1_true_without_comma": `[1 true]`, "n_array_colon": `["": 1]`, "n_array_comma_after": `[""],`, "n_array_comma_number": `[,1]`, "n_array_double_comma": `[1,,2]`,
	"n_array_double_extra_comma": `["x",,]`, "n_array_extra_close": `["x"]]`, "n_array_extra_comma": `["",]`, "n_array_incomplete": `["x"`, "n_array_inner_no_comma": `[3[4]]`,
	"n_array_invalid_utf8": "[\"\xff\"]", "n_array_items_by_semicolon": `[1;2]`, "n_array_just_comma": `[,]`, "n_array_just_minus": `[-]`, "n_array_newline_unclosed": "[\"a\",\n4\n,1,",
	"n_array_comma_and_number": `[1,`, "n_array_several_commas": `[1,,]`, "n_array_vertical_tab": "[\"\va\"\\f]", "n_array_star": `[*]`, "n_array_unclosed": `[""`, "n_array_unclosed_object": `[{}`,
	"n_array_form_feed": "[1,\f2]", "n_array_spaces_vertical_tab": "[\v]", "n_incomplete_false": `[fals]`, "n_incomplete_null": `[nul]`, "n_incomplete_true": `[tru]`,
	"n_number_plus_plus": `[++1234]`, "n_number_plus_1": `[+1]`, "n_number_plus_inf": `[+Inf]`, "n_number_minus_01": `[-01]`, "n_number_minus_1.0.": `[-1.0.]`, "n_number_minus_2.": `[-2.]`,
	"n_number_minus_nan": `[-NaN]`, "n_number_.-1": `[.-1]`, "n_number_.2e-3": `[.2e-3]`, "n_number_0.1.2": `[0.1.2]`, "n_number_0.3e": `[0.3e]`, "n_number_0.3e_plus": `[0.3e+]`,
	"n_number_0.e1": `[0.e1]`, "n_number_0_capital_e": `[0E]`, "n_number_0e_plus": `[0e+]`, "n_number_1.0e_minus": `[1.0e-]`, "n_number_1_000": `[1 000.0]`, "n_number_1eE2": `[1eE2]`,
	"n_number_2.e3": `[2.e3]`, "n_number_9.e+": `[9.e+]`, "n_number_inf": `[Inf]`, "n_number_nan": `[NaN]`, "n_number_fullwidth_1": "[\uff11]", "n_number_expression": `[1+2]`,
	"n_number_hex_1": `[0x1]`, "n_number_hex_2": `[0x42]`, "n_number_infinity": `[Infinity]`, "n_number_e_plus_minus": `[0e+-1]`, "n_number_minus_1_e": `[-123.123foo]`,
	"n_number_minus_infinity": `[-Infinity]`, "n_number_minus_foo": `[-foo]`, "n_number_minus_space_1": `[- 1]`, "n_number_minus_leading_zero": `[-012]`, "n_number_minus_no_int": `[-.123]`,
	"n_number_garbage_at_end": `[-1x]`, "n_number_real_garbage": `[1ea]`, "n_number_real_no_fraction": `[1.]`, "n_number_starting_dot": `[.123]`, "n_number_leading_zero": `[012]`,
	"n_number_utf8_digit": "[\u0661]", "n_number_thousands": `[1,000.00x]`, "n_number_binary": `[0b101]`, "n_number_octal": `[0o17]`, "n_number_bigint": `[10n]`,
	"n_object_bad_value": `["x", truth]`, "n_object_bracket_key": `{[: "x"}`, "n_object_comma_for_colon": `{"x", null}`, "n_object_double_colon": `{"x"::"b"}`, "n_object_emoji_key": `{🇨🇭}`,
	"n_object_garbage_at_end": `{"a":"a" 123}`, "n_object_single_quotes": `{key: 'value'}`, "n_object_invalid_utf8_key": "{\"\xb9\":\"0\",}", "n_object_missing_colon": `{"a" b}`,
	"n_object_missing_key": `{:"b"}`, "n_object_missing_semicolon": `{"a" "b"}`, "n_object_missing_value": `{"a":`, "n_object_no_colon": `{"a"`, "n_object_number_key": `{1:1}`,
	"n_object_huge_exponent_key": `{9999E9999:1}`, "n_object_null_key": `{null:null,null:null}`, "n_object_trailing_commas": `{"id":0,,,,,}`, "n_object_quoted_single": `{'a':0}`,
	"n_object_trailing_comma": `{"id":0,}`, "n_object_trailing_comment": `{"a":"b"}/**/`, "n_object_open_comment": `{"a":"b"}/**//`, "n_object_slash": `{"a":"b"}//`, "n_object_two_commas": `{"a":"b",,"c":"d"}`,
	"n_object_unquoted_key": `{a: "b"}`, "n_object_unterminated_value": `{"a":"a`, "n_object_single_string": `{ "foo" : "bar", "a" }`, "n_object_garbage_inside": `{"a":"b"#}`,
	"n_single_space": ` `, "n_string_half_pair_u": `["\uD800\u"]`, "n_string_half_pair_u1": `["\uD800\u1"]`, "n_string_half_pair_u1x": `["\uD800\u1x"]`, "n_string_accent_no_quotes": `[é]`,
	"n_string_backslash_nul": "[\"\\\x00\"]", "n_string_escape_x": `["\x00"]`, "n_string_escaped_backslash_bad": `["\\\"]`, "n_string_control_escaped": "[\"\\\t\"]", "n_string_escaped_emoji": `["\🌀"]`,
	"n_string_incomplete_escape": `["\"]`, "n_string_incomplete_unicode": `["\u00A"]`, "n_string_incomplete_surrogate": `["\uD834\uDd"]`, "n_string_invalid_escape": `["\a"]`,
	"n_string_invalid_unicode_escape": `["\uqqqq"]`, "n_string_invalid_utf8_escape": "[\"\\\xe5\"]", "n_string_leading_unescaped_u": `[\u0020"asd"]`, "n_string_no_quotes": `[\n]`, "n_string_single_quote": `['x']`,
	"n_string_start_escape": `["\`, "n_string_unescaped_nul": "[\"a\x00a\"]", "n_string_unescaped_newline": "[\"new\nline\"]", "n_string_unescaped_tab": "[\"\t\"]", "n_string_capital_unicode": `"\UA66D"`,
	"n_string_raw_delete_c1": "[\"\x9f\"]", "n_string_octal": `["\012"]`,
	"n_structure_angle": `<.>`, "n_structure_angle_null": `[<null>]`, "n_structure_array_extra_close": `[1]]`, "n_structure_asterisk": `[1]*`, "n_structure_capital_true": `[True]`,
	"n_structure_close_unopened": `1]`, "n_structure_comma_for_brace": `{"x": true,`, "n_structure_100000_arrays": strings.Repeat("[", 100_000), "n_structure_double_array": `[][]`,
	"n_structure_end_array": `]`, "n_structure_bom_only": "\xef\xbb\xbf", "n_structure_bom_half": "\xef\xbb{}", "n_structure_lone_bracket": `[`, "n_structure_number_trailing": `2@`, "n_structure_object_and_comment": `{"a":/*comment*/"b"}`,
	"n_structure_object_unclosed": `{"asd":"asd"`, "n_structure_open_array_object": strings.Repeat(`[{"":`, 50_000), "n_structure_open_comma": `[,`, "n_structure_open_quote": `["a`, "n_structure_open_object_bracket": `{[`,
	"n_structure_trailing_hash": `{"a":"b"}#{}`, "n_structure_u2060": "[\u2060]", "n_structure_unclosed_null": `[ false, nul`, "n_structure_backslash_u": `\u000A`, "n_structure_nbsp": "[\u00a0]",
	"n_structure_utf8_bom_inside": "[\ufeff1]", "n_structure_nul": "\x00", "n_structure_whitespace_formfeed": "[\f]",
	// The suite lets a reader choose with these. Here no two readers may differ.
	"i_object_duplicated_key": `{"a":"b","a":"c"}`, "i_object_duplicated_key_and_value": `{"a":"b","a":"b"}`, "i_object_duplicated_by_escape": `{"a":0,"\u0061":1}`, "i_string_escaped_nul": `["\u0000"]`,
	"i_object_escaped_nul_key": `{"foo\u0000bar": 42}`, "i_string_first_half": `["\uDADA"]`, "i_string_second_half_wrong": `["\uD888\u1234"]`, "i_string_two_first_halves": `["\uD800\uD800"]`,
	"i_string_lone_second_half": `["\uDFAA"]`, "i_string_swapped_pair": `["\uDd1e\uD834"]`, "i_string_pair_and_half": `["\uD800\n"]`, "i_string_invalid_utf8": "[\"\xff\"]", "i_string_iso_latin_1": "[\"\xe9\"]",
	"i_string_utf8_surrogate": "[\"\xed\xa0\x80\"]", "i_string_not_in_unicode_range": "[\"\xf4\xbf\xbf\xbf\"]", "i_string_overlong_2": "[\"\xc0\xaf\"]", "i_string_overlong_6": "[\"\xfc\x83\xbf\xbf\xbf\xbf\"]",
	"i_string_overlong_nul": "[\"\xc0\x80\"]", "i_string_truncated_utf8": "[\"\xe0\xff\"]", "i_structure_65_arrays": strings.Repeat("[", 65) + strings.Repeat("]", 65),
}

// takenJSON is JSON, however odd.
var takenJSON = map[string]string{
	"y_array_with_space": `[[]   ]`, "y_array_empty_string": `[""]`, "y_array_empty": `[]`, "y_array_ending_newline": "[\"a\"\n]", "y_array_false": `[false]`, "y_array_heterogeneous": `[null, 1, "1", {}]`,
	"y_array_null": `[null]`, "y_array_newline": "[1\n]", "y_array_leading_space": ` [1]`, "y_array_several_null": `[1,null,null,null,2]`, "y_array_trailing_space": `[2] `,
	"y_number_0e+1": `0e+1`, "y_number_0e1": `0e1`, "y_number_after_space": ` 4`, "y_number_close_to_zero": `-0.000000000000000000000000000000000000000000000000000000000000000000000000000001`,
	"y_number_int_with_exp": `20e1`, "y_number_minus_zero": `-0`, "y_number_negative": `-123`, "y_number_capital_e": `1E22`, "y_number_capital_e_minus": `1E-2`, "y_number_capital_e_plus": `1E+2`,
	"y_number_exponent": `123e45`, "y_number_fraction_exponent": `123.456e78`, "y_number_minus_one": `-1`, "y_number_simple_real": `123.456789`, "y_number_beyond_float": `123123e100000`, "y_number_below_float": `123e-10000000`,
	"y_number_2_53": `9007199254740992`, "y_number_2_53_plus_1": `9007199254740993`, "y_number_2_64": `18446744073709551616`, "y_number_huge_int": strings.Repeat("9", 1000), "y_number_1e400": `1e400`, "y_number_one_as_float": `1.0`, "y_number_trailing_zeros": `1.50000000000000000000`,
	"y_object": `{"asd":"sdf", "dfg":"fgh"}`, "y_object_basic": `{"asd":"sdf"}`, "y_object_empty": `{}`, "y_object_empty_key": `{"":0}`, "y_object_case_differs": `{"a":1,"A":2}`,
	"y_object_extreme_numbers": `{ "min": -1.0e+28, "max": 1.0e+28 }`, "y_object_long_strings": `{"x":[{"id": "` + strings.Repeat("x", 5000) + `"}], "id": "` + strings.Repeat("x", 5000) + `"}`,
	"y_object_simple": `{"a":[]}`, "y_object_unicode_key": `{"title":"\u041f\u043e\u043b"}`, "y_object_newlines": "{\n\"a\": \"b\"\n}", "y_object_proto": `{"__proto__":1,"constructor":{"prototype":2},"toString":null}`,
	"y_object_names_of_ours": `{"id":1,"tenant":2,"metadata":{"metadata":{}},"status":"VOID","$ref":"#/x","amountMinor":"x"}`, "y_object_order_kept": `{"b":1,"a":2,"10":3,"9":4}`,
	"y_string_utf8_sequences": `["\u0060\u012a\u12AB"]`, "y_string_surrogate_pair": `["\uD801\udc37"]`, "y_string_surrogate_pairs": `["\ud83d\ude39\ud83d\udc8d"]`, "y_string_allowed_escapes": `["\"\\\/\b\f\n\r\t"]`,
	"y_string_backslash_u_zero": `["\\u0000"]`, "y_string_backslash_doublequote": `["\""]`, "y_string_comments": `["a/*b*/c/*d//e"]`, "y_string_double_escape_n": `["\\n"]`, "y_string_escaped_control": `["\u0012"]`,
	"y_string_escaped_noncharacter": `["\uFFFF"]`, "y_string_in_array": `["asd"]`, "y_string_last_surrogates": `["\uDBFF\uDFFF"]`, "y_string_nbsp": "[\"new\u00a0line\"]", "y_string_nonchar_10ffff": "[\"\U0010ffff\"]",
	"y_string_nonchar_ffff": "[\"\uffff\"]", "y_string_delete": "[\"\x7f\"]", "y_string_pi": `["π"]`, "y_string_reserved_1bfff": "[\"\U0001bfff\"]", "y_string_simple_ascii": `["asd "]`, "y_string_space": `" "`,
	"y_string_u2028": "[\"\u2028\"]", "y_string_u2029": "[\"\u2029\"]", "y_string_escaped_u2028": `["\u2028\u2029\u200b"]`, "y_string_uescaped_newline": `["new\u000Aline"]`, "y_string_unicode": `["\uA66D"]`,
	"y_string_escaped_backslash": `["\u005C"]`, "y_string_escaped_quote": `["\u0022"]`, "y_string_bom_inside": "[\"\ufeff\"]", "y_string_replacement": "[\"\ufffd\"]", "y_string_bidi": "[\"\u202etxet\u202c\"]", "y_string_four_bytes": "[\"\U0001d11e\"]",
	"y_string_escaped_slash": `["\/"]`, "y_string_html": `["<script>&'\""]`, "y_string_nested_json": `"{\"a\":[1,2,{\"b\":null}]}"`,
	"y_structure_lonely_false": `false`, "y_structure_lonely_int": `42`, "y_structure_lonely_negative_real": `-0.1`, "y_structure_lonely_null": `null`, "y_structure_lonely_string": `"asd"`, "y_structure_lonely_true": `true`,
	"y_structure_empty_string": `""`, "y_structure_trailing_newline": "[\"a\"]\n", "y_structure_true_in_array": `[true]`, "y_structure_white_space": " \t\r\n[\t]\r\n ", "y_structure_62_arrays": strings.Repeat("[", 61) + strings.Repeat("]", 61),
}

// sameNumber compares two JSON numbers exactly.
func sameNumber(t *testing.T, a, b string) bool {
	t.Helper()
	x, ok1 := new(big.Rat).SetString(a)
	y, ok2 := new(big.Rat).SetString(b)
	if !ok1 || !ok2 {
		t.Fatalf("no numbers: %q, %q", a, b)
	}
	return x.Cmp(y) == 0
}
