"""Positions, good and bad."""


def entry(partition, next_, anchor=None, fp=None):
    return {"partition": partition, "next": next_, "anchor": anchor, "fp": fp}


def valid(text, epoch, *entries):
    return {"position": text, "epoch": epoch, "entries": list(entries)}


MAX = 9007199254740991
THOUSAND = [entry(p, 1234567890 + p, 1234567880 + p, "9f3a12c4") for p in range(1000)]

VALID = [
    valid("v1.00c0ffee.0:1044", "00c0ffee", entry(0, 1044)),
    valid("v1.00c0ffee.0:0", "00c0ffee", entry(0, 0)),
    valid("v1.00c0ffee.0:1044~9f3a12c4", "00c0ffee", entry(0, 1044, 1043, "9f3a12c4")),
    valid("v1.00c0ffee.0:1044~3.9f3a12c4", "00c0ffee", entry(0, 1044, 1040, "9f3a12c4")),
    valid("v1.00c0ffee.0:1~00000000", "00c0ffee", entry(0, 1, 0, "00000000")),
    valid("v1.00c0ffee.0:1044~1043.9f3a12c4", "00c0ffee", entry(0, 1044, 0, "9f3a12c4")),
    valid("v1.00c0ffee.1:?", "00c0ffee", entry(1, None)),
    valid("v1.deadbeef.0:1044~9f3a12c4,1:?", "deadbeef", entry(0, 1044, 1043, "9f3a12c4"), entry(1, None)),
    valid("v1.deadbeef.0:5,3:17~2.0a0b0c0d,12:?,999:0", "deadbeef",
          entry(0, 5), entry(3, 17, 14, "0a0b0c0d"), entry(12, None), entry(999, 0)),
    valid("v1.01234567.", "01234567"),
    valid(f"v1.01234567.2147483647:{MAX}~{MAX - 1}.ffffffff", "01234567", entry(2147483647, MAX, 0, "ffffffff")),
    valid("v1.01234567." + ",".join(f"{e['partition']}:{e['next']}~9.9f3a12c4" for e in THOUSAND), "01234567", *THOUSAND),
]

INVALID = [
    ("empty", ""),
    ("no version", "00c0ffee.0:1"),
    ("other version", "v2.00c0ffee.0:1"),
    ("capital V", "V1.00c0ffee.0:1"),
    ("version only", "v1"),
    ("version and dot", "v1."),
    ("no second dot", "v1.00c0ffee"),
    ("epoch too short", "v1.0c0ffee.0:1"),
    ("epoch too long", "v1.000c0ffee.0:1"),
    ("epoch not hex", "v1.00coffee.0:1"),
    ("epoch in capitals", "v1.00C0FFEE.0:1"),
    ("epoch empty", "v1..0:1"),
    ("no offset", "v1.00c0ffee.0:"),
    ("no colon", "v1.00c0ffee.0"),
    ("no partition", "v1.00c0ffee.:1"),
    ("negative partition", "v1.00c0ffee.-1:1"),
    ("negative offset", "v1.00c0ffee.0:-1"),
    ("plus sign", "v1.00c0ffee.0:+1"),
    ("leading zero in partition", "v1.00c0ffee.00:1"),
    ("leading zero in offset", "v1.00c0ffee.0:01"),
    ("partition beyond 31 bits", "v1.00c0ffee.2147483648:1"),
    ("offset of 2^53", "v1.00c0ffee.0:9007199254740992"),
    ("offset beyond 64 bits", "v1.00c0ffee.0:18446744073709551617"),
    ("offset of a thousand digits", "v1.00c0ffee.0:" + "9" * 1000),
    ("distance of a thousand digits", "v1.00c0ffee.0:5~" + "9" * 1000 + ".9f3a12c4"),
    ("offset not a number", "v1.00c0ffee.0:abc"),
    ("offset in hex", "v1.00c0ffee.0:0x10"),
    ("offset a fraction", "v1.00c0ffee.0:1.5"),
    ("non-ASCII digit", "v1.00c0ffee.0:١"),
    ("trailing comma", "v1.00c0ffee.0:1,"),
    ("leading comma", "v1.00c0ffee.,0:1"),
    ("double comma", "v1.00c0ffee.0:1,,1:1"),
    ("partitions descend", "v1.00c0ffee.1:1,0:1"),
    ("partition twice", "v1.00c0ffee.0:1,0:1"),
    ("partition twice, once unknown", "v1.00c0ffee.0:?,0:1"),
    ("space inside", "v1.00c0ffee.0:1, 1:1"),
    ("space before", " v1.00c0ffee.0:1"),
    ("newline after", "v1.00c0ffee.0:1\n"),
    ("nul after", "v1.00c0ffee.0:1\0"),
    ("anchor without fingerprint", "v1.00c0ffee.0:1~"),
    ("fingerprint too short", "v1.00c0ffee.0:1~9f3a12c"),
    ("fingerprint too long", "v1.00c0ffee.0:1~9f3a12c40"),
    ("fingerprint in capitals", "v1.00c0ffee.0:1~9F3A12C4"),
    ("distance zero is not written", "v1.00c0ffee.0:5~0.9f3a12c4"),
    ("distance with leading zero", "v1.00c0ffee.0:5~01.9f3a12c4"),
    ("distance without fingerprint", "v1.00c0ffee.0:5~3."),
    ("distance empty", "v1.00c0ffee.0:5~.9f3a12c4"),
    ("distance negative", "v1.00c0ffee.0:5~-1.9f3a12c4"),
    ("anchor at offset -1", "v1.00c0ffee.0:0~9f3a12c4"),
    ("anchor before offset 0", "v1.00c0ffee.0:5~5.9f3a12c4"),
    ("two anchors", "v1.00c0ffee.0:5~9f3a12c4~9f3a12c4"),
    ("unknown with anchor", "v1.00c0ffee.0:?~9f3a12c4"),
    ("unknown twice", "v1.00c0ffee.0:??"),
    ("JSON", '{"0":1}'),
    ("1,001 partitions", "v1.00c0ffee." + ",".join(f"{p}:1" for p in range(1001))),
]
