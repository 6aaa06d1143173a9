"""Writes the golden files."""

import json
import pathlib

from ..fingerprint import fingerprint
from .chains import CHAINS
from .encoding import b64
from .frames import FRAMES, FRAMES_BROKEN, FRAMES_IGNORED
from .messages import BAD, GOOD, QUERY_BAD, QUERY_GOOD
from .positions import INVALID, VALID
from .records import PRINTS, RECORDS

GOLDEN = pathlib.Path(__file__).resolve().parents[3] / "schemas" / "golden"


def write(name, comment, **content):
    text = json.dumps({"comment": comment, **content}, indent=1, ensure_ascii=True)
    (GOLDEN / name).write_text(text + "\n")


def main():
    write("records.json", "Kafka records and the exact text of their updates. Key, value, header names and values are "
          "base64, null where Kafka's are null; value_fill stands for count times one byte.", records=RECORDS)
    write("positions.json", "Positions with what a parser makes of them (next null is '?', anchor and fp null before "
          "any update); the valid ones are canonical: writing the result gives the same text.",
          valid=VALID, invalid=[{"name": n, "position": p} for n, p in INVALID])
    write("fingerprints.json", "CRC-32C over timestamp (8 bytes, big-endian), key length (4 bytes, big-endian, -1 for "
          "null), key, value length, value.",
          vectors=[{"name": n, "timestamp": t, "key_b64": b64(k), "value_b64": b64(v), "fp": fingerprint(t, k, v)}
                   for n, t, k, v in PRINTS])
    write("client.json", "Client messages. `op` is what a parser makes of a good one (starts and ends as [kind, value], times in ms, "
          "defaults filled in); `error` and `id` are what a bad one is answered with. `query`: the from of /ws?from=….",
          good=GOOD, bad=BAD, query={"good": [{"from": t, "start": s} for t, s in QUERY_GOOD],
                                     "bad": [{"from": t, "error": e} for t, e in QUERY_BAD]})
    write("server.json", "Server frames to the byte; broken ones that a client must refuse; ones that it must ignore.",
          **{k: [{"name": n, "frame": f} for n, f in frames]
             for k, frames in (("frames", FRAMES), ("broken", FRAMES_BROKEN), ("ignored", FRAMES_IGNORED))})
    write("chains.json", "Frames of the channel metrics played on a position, as a client must: what is taken, where it leaves the "
          "position, and the error (hole or bad_frame) with the index of the frame that made it.", chains=CHAINS)


if __name__ == "__main__":
    main()
