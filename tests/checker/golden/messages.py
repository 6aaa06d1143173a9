"""Client messages, and the `from` of a query."""

# Client messages. `op` is what a parser makes of a good one; starts and ends are [kind, value].
LIVE, EARLIEST = ["live", None], ["earliest", None]
POS = "v1.00c0ffee.0:1044~3.9f3a12c4,1:?"


def op(message, **parsed):
    return {"message": message, "op": parsed}


def sub(message, id=None, channel="metrics", from_=LIVE, start=EARLIEST, to=None):
    return op(message, op="subscribe", id=id, channel=channel, **{"from": from_}, start=start, to=to)


def from_(text, kind, value):
    return sub('{"op":"subscribe","channel":"metrics","from":' + text + "}", from_=[kind, value])


GOOD = [
    sub('{"op":"subscribe","id":1,"channel":"metrics","from":"-60s"}', id=1, from_=["ago", 60000]),
    sub('{"op":"subscribe","channel":"metrics"}'),
    sub('{"channel":"metrics","op":"subscribe","id":0}', id=0),
    sub('{"op":"subscribe","channel":"metrics","id":9007199254740991}', id=9007199254740991),
    sub(' {"op" : "subscribe",\n"channel":\t"metrics"}\r\n '),
    sub('{"op":"subscribe","channel":"metrics","colour":{"deep":[1,{"x":null}]},"Id":"x"}'),
    sub('{"op":"subscribe","channel":"m\\u00e9tric \\"x\\""}', channel='métric "x"'),
    sub('{"op":"subscribe","channel":"' + "c" * 255 + '"}', channel="c" * 255),
    from_('"live"', "live", None),
    from_('"earliest"', "earliest", None),
    from_('"-90s"', "ago", 90000),
    from_('"-5m"', "ago", 300000),
    from_('"-2h"', "ago", 7200000),
    from_('"-7d"', "ago", 604800000),
    from_('"-0s"', "ago", 0),
    from_('"-999999999d"', "ago", 86399999913600000),
    from_('{"time":1732147200999}', "time", 1732147200999),
    from_('{"time":0}', "time", 0),
    from_('{"last":1}', "last", 1),
    from_('{"last":10000}', "last", 10000),
    from_('{"last":100,"why":"unknown fields are ignored"}', "last", 100),
    from_('{"position":"' + POS + '"}', "position", POS),
    from_('{"position":"v1.00c0ffee."}', "position", "v1.00c0ffee."),
    sub('{"op":"subscribe","channel":"metrics","from":{"position":"' + POS + '"},"start":"-60s"}',
        from_=["position", POS], start=["ago", 60000]),
    sub('{"op":"subscribe","channel":"metrics","from":"live","start":{"last":5}}', start=["last", 5]),
    sub('{"op":"subscribe","channel":"metrics","from":"earliest","to":{"time":1732147200000}}',
        from_=EARLIEST, to=["time", 1732147200000]),
    sub('{"op":"subscribe","channel":"metrics","from":"-5m","to":"-1m"}', from_=["ago", 300000], to=["ago", 60000]),
    sub('{"op":"subscribe","channel":"metrics","to":{"position":"' + POS + '"}}', to=["position", POS]),
    op('{"op":"unsubscribe","channel":"metrics","id":2}', op="unsubscribe", id=2, channel="metrics"),
    op('{"op":"auth","token":"a.b.c","id":3}', op="auth", id=3, token="a.b.c"),
    op('{"op":"auth","token":""}', op="auth", id=None, token=""),
    op('{"op":"channels","id":4}', op="channels", id=4),
    op('{"op":"times","channel":"metrics","at":[1732147200000,0,1732147200000],"id":5}',
       op="times", id=5, channel="metrics", at=[1732147200000, 0, 1732147200000]),
    op('{"op":"times","channel":"metrics","at":[' + ",".join(["1"] * 200) + "]}",
       op="times", id=None, channel="metrics", at=[1] * 200),
    op('{"op":"ping","id":6}', op="ping", id=6),
    op('{"op":"ping"}', op="ping", id=None),
]


def bad(error, message, id=None):
    return {"message": message, "error": error, "id": id}


def wrong(template, *values, error="bad_field", id=7):
    """One bad message per value, put in the place of @."""
    return [bad(error, template.replace("@", value), id) for value in values]


TYPES = ["null", "true", "1", "-1.5", '"x"', "[]", "{}"]  # every field gets one of each JSON type
NOT_TEXT = [text for text in TYPES if text != '"x"']
NOT_NUMBER = [text for text in TYPES if text != "1"]
NOT_TIME = [*NOT_NUMBER, '"1732147200000"', "-1", "1.5", "1e3", "9007199254740992", "[1]"]
NOT_LAST = [*NOT_NUMBER, "0", "-1", "10001", '"100"', "1.0"]


def inside(field, values):
    return [f'{{"{field}":{value}}}' for value in values]


NOT_START = [*TYPES, '""', '"now"', '"Live"', '"60s"', '"-60"', '"-s"', '"-6.5s"', '"- 6s"',
             '"-60S"', '"-60ms"', '"--60s"', '"-1000000000s"', '"last:100"', '"v1.00c0ffee.0:1"', '"1732147200000"', '["live"]',
             *inside("time", NOT_TIME), *inside("last", NOT_LAST), *inside("position", NOT_TEXT), '{"live":true}', '{"time":1,"last":1}']
NOT_END = [*TYPES, '""', '"live"', '"earliest"', '"60s"', '{"last":1}', *inside("time", NOT_TIME), *inside("position", NOT_TEXT),
           '{"position":"v1.00c0ffee.","time":1}']
NOT_TIMES = [*TYPES, *[f"[{value}]" for value in NOT_TIME], "[1,2,{}]",
             "[" + ",".join(["1"] * 201) + "]"]

BAD = [
    *[bad("bad_json", m) for m in (
        "", " ", "null", "true", "1", '"subscribe"', "[]", '[{"op":"ping"}]', "{", "}", '{"op"', '{"op":"ping"', '{"op":"ping",}',
        '{"op":"ping"}}', '{"op":"ping"} {"op":"ping"}', '{"op":"ping"}\n{"op":"ping"}', "{'op':'ping'}", "{op:ping}",
        '{"op":"pi\nng"}', '{"op":"ping","id":01}', '{"op":"ping","x":NaN}', '{"op":"ping","x":tru}', '\ufeff{"op":"ping"}',
        '{"op":"ping"}\0', "hello", '{"op":"ping","x":' + "[" * 2000 + "]" * 2000 + "}")],
    *wrong('{"id":7,"op":@}', *NOT_TEXT),
    bad("bad_field", '{"id":7}', 7),
    bad("bad_field", "{}"),
    *[bad("unknown_op", m, 7) for m in (
        '{"id":7,"op":""}', '{"id":7,"op":"Subscribe"}', '{"id":7,"op":"subscribe "}', '{"id":7,"op":"publish"}', '{"id":7,"op":"ping\\u0000"}')],
    *wrong('{"op":"ping","id":@}', *NOT_NUMBER, "-1", "1.5", "1.0", "1e2", '"7"', "9007199254740992",
           "18446744073709551616", "1e400", id=None),
    *wrong('{"id":7,"op":"subscribe","channel":@}', *NOT_TEXT, '""', '"' + "c" * 256 + '"', '"a\\u0000"', '"a\\n"', '"\\u007f"'),
    bad("bad_field", '{"id":7,"op":"subscribe"}', 7),
    *wrong('{"id":7,"op":"subscribe","channel":"metrics","from":@}', *NOT_START),
    bad("bad_field", '{"id":7,"op":"subscribe","channel":"metrics","from":{"position":"v1.00c0ffee.0:1","time":1}}', 7),
    *wrong('{"id":7,"op":"subscribe","channel":"metrics","from":{"position":"@"}}', "", "garbage", "v2.00c0ffee.0:1",
           "v1.00c0ffee.0:9007199254740992", "v1.00c0ffee.1:1,0:1", error="position_invalid"),
    *wrong('{"id":7,"op":"subscribe","channel":"metrics","start":@}', *NOT_START),
    bad("bad_field", '{"id":7,"op":"subscribe","channel":"metrics","start":{"position":"v1.00c0ffee.0:1"}}', 7),
    *wrong('{"id":7,"op":"subscribe","channel":"metrics","to":@}', *NOT_END),
    *wrong('{"id":7,"op":"subscribe","channel":"metrics","to":{"position":"@"}}', "", "garbage", error="position_invalid"),
    *wrong('{"id":7,"op":"unsubscribe","channel":@}', *NOT_TEXT, '""'),
    bad("bad_field", '{"id":7,"op":"unsubscribe"}', 7),
    *wrong('{"id":7,"op":"auth","token":@}', *NOT_TEXT),
    bad("bad_field", '{"id":7,"op":"auth"}', 7),
    *wrong('{"id":7,"op":"times","channel":@,"at":[1]}', *NOT_TEXT),
    *wrong('{"id":7,"op":"times","channel":"metrics","at":@}', *NOT_TIMES),
    bad("bad_field", '{"id":7,"op":"times","channel":"metrics"}', 7),
    bad("bad_field", '{"id":7,"op":"times","at":[1]}', 7),
]

# The `from` of /ws?from=…, percent-decoded.
QUERY_GOOD = [("live", LIVE), ("earliest", EARLIEST), ("-90s", ["ago", 90000]), ("-7d", ["ago", 604800000]), ("last:100", ["last", 100]),
              ("1732147200000", ["time", 1732147200000]), ("0", ["time", 0]), (POS, ["position", POS])]
QUERY_BAD = [("", "bad_field"), ("now", "bad_field"), ("last:", "bad_field"), ("last:0", "bad_field"), ("last:10001", "bad_field"),
             ("last:-1", "bad_field"), ("last:1x", "bad_field"), ("-1", "bad_field"), ("1.5", "bad_field"), ("9007199254740992", "bad_field"),
             ("-60", "bad_field"), ("60s", "bad_field"), ('{"last":100}', "bad_field"), ('"live"', "bad_field"), (" live", "bad_field"),
             ("v1.00c0ffee.0:x", "position_invalid"), ("v1.", "position_invalid")]
