"""Frames played on a position."""

import json

from .frames import CH, FRAMES_BROKEN


def chain(name, start, *steps, takes=(), end=None, error=None, at=None):
    """Frames played on a position: the (partition, offset) pairs taken, the position after, or the error and the index
    of the frame that made it (nothing of which is taken)."""
    return {"name": name, "start": "v1.00c0ffee." + start, "frames": list(steps), "taken": [list(t) for t in takes],
            "end": "v1.00c0ffee." + end, "error": error, "error_at": at}


def u(p, from_, next_, *offsets, fp="9f3a12c4"):
    ups = ",".join('{"o":%d,"t":1,"v":%d}' % (o, o) for o in offsets)
    return '{%s,"p":%d,"from":%d,"next":%d,"fp":"%s","u":[%s]}' % (CH, p, from_, next_, fp, ups)


def gap(p, from_, next_):
    return '{%s,"p":%d,"gap":{"from":%d,"next":%d,"reason":"expired"}}' % (CH, p, from_, next_)


def cover(*rows):
    return "{%s,\"cover\":%s}" % (CH, json.dumps(rows, separators=(",", ":")))


def reset(position):
    return '{"reset":{"channel":"metrics","reason":"truncated","position":"v1.00c0ffee.%s"}}' % position


CHAINS = [
    chain("one batch", "0:1040", u(0, 1040, 1044, 1040, 1043), takes=[(0, 1040), (0, 1043)], end="0:1044~9f3a12c4"),
    chain("last update below the end", "0:1040", u(0, 1040, 1044, 1040), takes=[(0, 1040)], end="0:1044~3.9f3a12c4"),
    chain("batches join", "0:5", u(0, 5, 7, 5, 6), u(0, 7, 8, 7, fp="00000001"), takes=[(0, 5), (0, 6), (0, 7)], end="0:8~00000001"),
    chain("partitions are apart", "0:5,1:9", u(1, 9, 10, 9), u(0, 5, 6, 5, fp="00000001"), u(1, 10, 11, 10, fp="00000002"),
          takes=[(1, 9), (0, 5), (1, 10)], end="0:6~00000001,1:11~00000002"),
    chain("nothing happened, the anchor stays", "0:1044~3.9f3a12c4,1:88", end="0:1044~3.9f3a12c4,1:88"),
    chain("coverage moves next and keeps the anchor", "0:1044~9f3a12c4", cover((0, 1044, 1050)), end="0:1050~6.9f3a12c4"),
    chain("coverage from before", "0:1044", cover((0, 1000, 1050)), end="0:1050"),
    chain("coverage that lies behind", "0:1044", cover((0, 1000, 1044)), cover((0, 1000, 1020)), end="0:1044"),
    chain("coverage of several partitions", "0:5,3:7,4:1", cover((0, 5, 6), (3, 7, 9)), end="0:6,3:9,4:1"),
    chain("coverage, then a batch", "0:5", cover((0, 5, 9)), u(0, 9, 10, 9), takes=[(0, 9)], end="0:10~9f3a12c4"),
    chain("coverage with a hole takes no row", "0:5,1:5", cover((0, 5, 9), (1, 6, 9)), end="0:5,1:5", error="hole", at=0),
    chain("gap", "0:5~9f3a12c4", gap(0, 5, 100), u(0, 100, 101, 100, fp="00000001"), takes=[(0, 100)], end="0:101~00000001"),
    chain("gap keeps the anchor", "0:5~9f3a12c4", gap(0, 5, 100), end="0:100~95.9f3a12c4"),
    chain("gap at the start", "0:0", gap(0, 0, 50), end="0:50"),
    chain("hole before a batch", "0:5", u(0, 5, 6, 5), u(0, 7, 8, 7), takes=[(0, 5)], end="0:6~9f3a12c4", error="hole", at=1),
    chain("hole before a gap", "0:5", gap(0, 6, 9), end="0:5", error="hole", at=0),
    chain("hole before a row", "0:5", cover((0, 6, 9)), end="0:5", error="hole", at=0),
    chain("a hole in one partition, others went on", "0:5,1:5", u(1, 5, 6, 5), u(0, 6, 7, 6), takes=[(1, 5)], end="0:5,1:6~9f3a12c4", error="hole", at=1),
    chain("overlap is tolerated", "0:5", u(0, 3, 7, 3, 4, 5, 6), takes=[(0, 5), (0, 6)], end="0:7~9f3a12c4"),
    chain("a repeat is tolerated", "0:5", u(0, 5, 7, 5, 6), u(0, 5, 7, 5, 6), takes=[(0, 5), (0, 6)], end="0:7~9f3a12c4"),
    chain("overlap with nothing new but coverage", "0:5~00000001", u(0, 3, 7, 3, 4), end="0:7~2.00000001"),
    chain("overlap that ends below", "0:9~00000001", u(0, 3, 7, 3, 4), end="0:9~00000001"),
    chain("an older gap is tolerated", "0:9", gap(0, 3, 7), end="0:9"),
    chain("unknown start, row first", "0:?", cover((0, 40, 40)), u(0, 40, 42, 41), takes=[(0, 41)], end="0:42~9f3a12c4"),
    chain("unknown start, row with a range", "0:?,1:3", cover((0, 40, 50)), end="0:50,1:3"),
    chain("unknown start stays unknown", "0:?,1:3", u(1, 3, 4, 3), takes=[(1, 3)], end="0:?,1:4~9f3a12c4"),
    chain("unknown start, batch before the row", "0:?", u(0, 40, 42, 41), end="0:?", error="bad_frame", at=0),
    chain("a new partition begins at 0", "0:5", u(1, 0, 2, 0, 1), takes=[(1, 0), (1, 1)], end="0:5,1:2~9f3a12c4"),
    chain("a new partition begins with a row", "0:5", cover((1, 0, 0)), end="0:5,1:0"),
    chain("a new partition that lost its beginning", "0:5", gap(1, 0, 7), u(1, 7, 8, 7), takes=[(1, 7)], end="0:5,1:8~9f3a12c4"),
    chain("a new partition that does not begin at 0", "0:5", u(1, 3, 4, 3), end="0:5", error="hole", at=0),
    chain("topic appears", "", cover((0, 0, 0), (1, 0, 0)), u(1, 0, 1, 0), takes=[(1, 0)], end="0:0,1:1~9f3a12c4"),
    chain("reset replaces the whole position", "0:100~9f3a12c4,1:7", reset("0:40,1:7"), u(0, 40, 41, 40), takes=[(0, 40)], end="0:41~9f3a12c4,1:7"),
    chain("reset keeps the anchors of what it leaves where it stood", "0:100~9f3a12c4,1:7~00000001,2:9~00000001,3:7~00000001",
          reset("0:40,1:7,2:8,3:7~00000002"), end="0:40,1:7~00000001,2:8,3:7~00000002"),
    chain("reset drops partitions", "0:100,1:7", reset("0:0"), end="0:0"),
    chain("old frames after a reset would be a hole", "0:100", reset("0:40"), u(0, 100, 101, 100), end="0:40", error="hole", at=1),
    *[chain(f"broken: {n}", "0:10", f, end="0:10", error="bad_frame", at=0) for n, f in FRAMES_BROKEN],
]
