"""Kafka records and the exact text of their updates; records for the fingerprints."""

from .encoding import b64

T = 1732147200123


def record(name, value, update, *, key=None, headers=(), mode="json", offset=7, timestamp=T):
    """A case; `update` is the text after `{"o":7,"t":1732147200123` and before the closing brace."""
    case = {"name": name, "mode": mode, "offset": offset, "timestamp": timestamp, "key_b64": b64(key)}
    if isinstance(value, tuple):
        case["value_fill"] = {"byte": value[0], "count": value[1]}
    else:
        case["value_b64"] = b64(value)
    case["headers"] = [[b64(n), b64(v)] for n, v in headers]
    case["update"] = f'{{"o":{offset},"t":{timestamp}{update}}}'
    return case


def verbatim(name, value):
    return record(name, value.encode(), f',"v":{value}')


def not_json(name, value, text):
    return record(name, value.encode(), f',"s":{text}')


RECORDS = [
    # JSON stands in `v` as it was produced.
    verbatim("object", '{"cpu":3.5}'),
    verbatim("array", "[1,2,3]"),
    verbatim("string", '"hello"'),
    verbatim("true", "true"),
    verbatim("false", "false"),
    verbatim("json null is a value, not a tombstone", "null"),
    verbatim("zero", "0"),
    verbatim("minus zero", "-0"),
    verbatim("trailing zero", "1.10"),
    verbatim("number beyond doubles", "1e400"),
    verbatim("number below doubles", "1e-400"),
    verbatim("exponent forms", "[1E5,1e+5,1e-5,-1.5E+05]"),
    verbatim("integer beyond 64 bits", "12345678901234567890"),
    verbatim("integer of 60 digits", "123456789012345678901234567890123456789012345678901234567890"),
    verbatim("integer beyond doubles' exactness", '{"id":9007199254740993}'),
    verbatim("lone surrogate escape", '"\\ud800"'),
    verbatim("reversed surrogate escapes", '"\\udc00\\ud800"'),
    verbatim("escape in upper-case hex", '"\\u00E9\\uD83D\\uDE00"'),
    verbatim("escaped solidus", '"a\\/b"'),
    verbatim("escaped nul", '"\\u0000"'),
    verbatim("raw non-ASCII", '{"é":"日本語 😀"}'),
    verbatim("raw line separators", '"\u2028\u2029"'),
    verbatim("raw DEL", '"\x7f"'),
    verbatim("raw noncharacter", '"\uffff\U0010ffff"'),
    verbatim("duplicate names", '{"a":1,"a":2}'),
    verbatim("empty name", '{"":0}'),
    verbatim("empty object", "{}"),
    verbatim("empty array", "[]"),
    verbatim("white space inside", '{ "a" : [ 1 , 2 ] }'),
    verbatim("white space around", ' \t{"a":1}\r\n'),
    verbatim("pretty printed", '{\n  "a": 1,\n  "b": [\n    2\n  ]\n}\n'),
    verbatim("looks like an update", '{"o":1,"t":2,"v":3}'),
    verbatim("looks like a frame's end", '"}]}"'),
    verbatim("nested 1,024 deep", "[" * 1024 + "]" * 1024),
    verbatim("objects nested 1,024 deep", '{"a":' * 1024 + "1" + "}" * 1024),
    # What is not grammatical JSON, or nests deeper, travels as text.
    not_json("plain text", "hello", '"hello"'),
    not_json("empty value", "", '""'),
    not_json("only white space", " \n", '" \\n"'),
    not_json("nested 1,025 deep", "[" * 1025 + "]" * 1025, '"' + "[" * 1025 + "]" * 1025 + '"'),
    not_json("objects nested 1,025 deep", '{"a":' * 1025 + "1" + "}" * 1025,
             '"' + '{\\"a\\":' * 1025 + "1" + "}" * 1025 + '"'),
    not_json("leading zero", "01", '"01"'),
    not_json("leading plus", "+1", '"+1"'),
    not_json("no digits after the point", "1.", '"1."'),
    not_json("no digits before the point", ".5", '".5"'),
    not_json("no digits in the exponent", "1e", '"1e"'),
    not_json("minus alone", "-", '"-"'),
    not_json("NaN", "NaN", '"NaN"'),
    not_json("Infinity", "-Infinity", '"-Infinity"'),
    not_json("hexadecimal", "0x10", '"0x10"'),
    not_json("capital True", "True", '"True"'),
    not_json("truncated literal", "tru", '"tru"'),
    not_json("literal and more", "nullx", '"nullx"'),
    not_json("two values", "1 2", '"1 2"'),
    not_json("newline-delimited values", '{"a":1}\n{"a":2}', '"{\\"a\\":1}\\n{\\"a\\":2}"'),
    not_json("trailing comma in array", "[1,]", '"[1,]"'),
    not_json("trailing comma in object", '{"a":1,}', '"{\\"a\\":1,}"'),
    not_json("missing comma", "[1 2]", '"[1 2]"'),
    not_json("missing value", '{"a":}', '"{\\"a\\":}"'),
    not_json("missing colon", '{"a"}', '"{\\"a\\"}"'),
    not_json("unquoted name", "{a:1}", '"{a:1}"'),
    not_json("single quotes", "{'a':1}", "\"{'a':1}\""),
    not_json("comment", "1 // one", '"1 // one"'),
    not_json("unclosed array", "[1", '"[1"'),
    not_json("unclosed object", '{"a":1', '"{\\"a\\":1"'),
    not_json("unclosed string", '"abc', '"\\"abc"'),
    not_json("wrong closer", "[}", '"[}"'),
    not_json("one closer too many", "{}}", '"{}}"'),
    not_json("broken deep inside an unread place", '{"a":{"b":[1,2,{"c":tru}]}}', '"{\\"a\\":{\\"b\\":[1,2,{\\"c\\":tru}]}}"'),
    not_json("raw newline in a string", '"a\nb"', '"\\"a\\nb\\""'),
    not_json("raw nul in a string", '"a\0b"', '"\\"a\\u0000b\\""'),
    not_json("unknown escape", '"\\x41"', '"\\"\\\\x41\\""'),
    not_json("short unicode escape", '"\\u12"', '"\\"\\\\u12\\""'),
    not_json("backslash at the end", '"\\"', '"\\"\\\\\\""'),
    not_json("byte order mark", "\ufeff1", '"\ufeff1"'),
    not_json("nul after the value", "1\0", '"1\\u0000"'),
    not_json("form feed is no JSON space", "\f1", '"\\f1"'),
    not_json("no-break space is no JSON space", "\u00a01", '"\u00a01"'),
    not_json("every control character", "".join(map(chr, range(32))),
             '"\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f'
             '\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u001c\\u001d\\u001e\\u001f"'),
    not_json("nothing else is escaped", 'a/b<c>&\x7f\u0080\u2028é😀\uffff', '"a/b<c>&\x7f\u0080\u2028é😀\uffff"'),
    not_json("quotes and backslashes", 'say "a\\b"', '"say \\"a\\\\b\\""'),
    # What is not UTF-8 travels as base64.
    record("not UTF-8", b"\xff\xfe", ',"b":"//4="'),
    record("JSON around a broken byte", b'{"a":"\xff"}', ',"b":"eyJhIjoi/yJ9"'),
    record("truncated UTF-8", b"\xe2\x82", ',"b":"4oI="'),
    record("overlong UTF-8", b"\xc0\xaf", ',"b":"wK8="'),
    record("encoded surrogate", b"\xed\xa0\x80", ',"b":"7aCA"'),
    record("beyond U+10FFFF", b"\xf4\x90\x80\x80", ',"b":"9JCAgA=="'),
    record("lone continuation byte", b"a\x80", ',"b":"YYA="'),
    record("Avro-like bytes", b"\x00\x00\x00\x00\x01\x80\x02", ',"b":"AAAAAAGAAg=="'),
    # Tombstones.
    record("tombstone", None, ',"del":true'),
    record("tombstone with a key", None, ',"k":"host-1","del":true', key=b"host-1"),
    record("tombstone with headers", None, ',"k":"a","h":[["x","1"]],"del":true', key=b"a", headers=[(b"x", b"1")]),
    # Keys.
    record("key", b"1", ',"k":"host-1","v":1', key=b"host-1"),
    record("empty key", b"1", ',"k":"","v":1', key=b""),
    record("key is text even where it is JSON", b"1", ',"k":"{\\"a\\":1}","v":1', key=b'{"a":1}'),
    record("key with control characters", b"1", ',"k":"a\\tb\\u0001","v":1', key=b"a\tb\x01"),
    record("key with non-ASCII", b"1", ',"k":"clé","v":1', key="clé".encode()),
    record("key not UTF-8", b"1", ',"kb":"AAAAgA==","v":1', key=b"\x00\x00\x00\x80"),
    # Headers.
    record("header", b"1", ',"h":[["trace","abc"]],"v":1', headers=[(b"trace", b"abc")]),
    record("headers keep order and repeats", b"1", ',"h":[["b","1"],["a","2"],["b","3"]],"v":1',
           headers=[(b"b", b"1"), (b"a", b"2"), (b"b", b"3")]),
    record("header null and empty", b"1", ',"h":[["n",null],["e",""]],"v":1', headers=[(b"n", None), (b"e", b"")]),
    record("header value not UTF-8", b"1", ',"h":[["x",{"b":"/w=="}]],"v":1', headers=[(b"x", b"\xff")]),
    record("header name not UTF-8", b"1", ',"h":[[{"b":"/w=="},"y"]],"v":1', headers=[(b"\xff", b"y")]),
    record("header name empty", b"1", ',"h":[["","y"]],"v":1', headers=[(b"", b"y")]),
    record("header value is text even where it is JSON", b"1", ',"h":[["x","{\\"a\\":1}"]],"v":1',
           headers=[(b"x", b'{"a":1}')]),
    record("all fields in order", b'{"v":1}', ',"k":"k","h":[["h","x"]],"v":{"v":1}', key=b"k", headers=[(b"h", b"x")]),
    record("binary everything", b"\xff", ',"kb":"/g==","h":[["h",{"b":"/Q=="}]],"b":"/w=="', key=b"\xfe",
           headers=[(b"h", b"\xfd")]),
    # Numbers of the record.
    record("no timestamp", b"1", ',"v":1', timestamp=-1),
    record("timestamp zero, offset zero", b"1", ',"v":1', timestamp=0, offset=0),
    record("greatest offset and a far timestamp", b"1", ',"v":1', timestamp=253402300799999, offset=9007199254740991),
    # Declared modes.
    record("text mode does not read JSON", b'{"a":1}', ',"s":"{\\"a\\":1}"', mode="text"),
    record("text mode, not UTF-8", b"\xff", ',"b":"/w=="', mode="text"),
    record("text mode, tombstone", None, ',"del":true', mode="text"),
    record("base64 mode", b'{"a":1}', ',"b":"eyJhIjoxfQ=="', mode="base64"),
    record("base64 mode, empty", b"", ',"b":""', mode="base64"),
    record("base64 mode, tombstone", None, ',"del":true', mode="base64"),
    record("base64 mode leaves keys and headers alone", b"1", ',"k":"k","h":[["h","x"]],"b":"MQ=="', key=b"k",
           headers=[(b"h", b"x")], mode="base64"),
    # Too large: more than 1 MiB of key, value, header names and header values.
    record("one byte too large", (97, 1048577), ',"omitted":{"bytes":1048577,"reason":"too_large"}'),
    record("too large because of the key", (97, 1048576), ',"k":"k","omitted":{"bytes":1048577,"reason":"too_large"}',
           key=b"k"),
    record("too large, headers are left out", (97, 1048576), ',"k":"k","omitted":{"bytes":1048579,"reason":"too_large"}',
           key=b"k", headers=[(b"h", b"x")]),
    record("too large, key of 1,024 bytes stays", (97, 1048576),
           ',"k":"' + "k" * 1024 + '","omitted":{"bytes":1049600,"reason":"too_large"}', key=b"k" * 1024),
    record("too large, key of 1,025 bytes is left out", (97, 1048576),
           ',"omitted":{"bytes":1049601,"reason":"too_large"}', key=b"k" * 1025),
    record("too large, key not UTF-8", (255, 1048577), ',"kb":"/w==","omitted":{"bytes":1048578,"reason":"too_large"}',
           key=b"\xff"),
    record("too large in base64 mode", (97, 1048577), ',"omitted":{"bytes":1048577,"reason":"too_large"}', mode="base64"),
]

# (name, timestamp, key, value)
PRINTS = [
    ("nulls", 0, None, None),
    ("empty key and value", 0, b"", b""),
    ("null key, empty value", 0, None, b""),
    ("empty key, null value", 0, b"", None),
    ("no timestamp", -1, None, b"x"),
    ("usual record", 1732147200123, b"host-1", b'{"cpu":3.5}'),
    ("same without key", 1732147200123, None, b'{"cpu":3.5}'),
    ("tombstone", 1732147200123, b"host-1", None),
    ("key and value change places", 1732147200123, b'{"cpu":3.5}', b"host-1"),
    ("one byte moves from key to value", 1732147200123, b"host-", b'1{"cpu":3.5}'),
    ("binary", 1732147200123, bytes(range(256)), bytes(reversed(range(256)))),
    ("greatest timestamp", 2**63 - 1, b"k", b"v"),
    ("least timestamp", -(2**63), b"k", b"v"),
    ("longer than a page", 1, b"k" * 1000, b"0123456789" * 1000),
]
