"""The console consumer's output, read back."""

from checker.java_consumer import Parser
from checker.render import Record


def line(parser, *fields):
    return parser.field.encode().join(fields) + parser.line.encode()


def test_fields_come_back_verbatim_however_the_output_is_cut():
    parser = Parser()
    null = parser.null.encode()
    headers = b"a:1" + parser.header.encode() + b"a:x:y" + parser.header.encode() + b"n:" + null
    output = line(parser, b"CreateTime:12", b"Partition:3", b"Offset:7", headers, b"k\n1", b'{"a":\r\n"\xff\x00"}')
    output += line(parser, b"LogAppendTime:13", b"Partition:3", b"Offset:9", b"NO_HEADERS", null, null)
    output += line(parser, b"NO_TIMESTAMP", b"Partition:0", b"Offset:0", b"NO_HEADERS", b"", b"")
    got = [pair for byte in output for pair in parser.feed(bytes([byte]))]
    assert got == [(3, Record(7, 12, b"k\n1", b'{"a":\r\n"\xff\x00"}', [(b"a", b"1"), (b"a", b"x:y"), (b"n", None)])),
                   (3, Record(9, 13, None, None)), (0, Record(0, -1, b"", b""))]
