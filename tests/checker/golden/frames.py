"""Server frames to the byte."""

CH = '"ch":"metrics"'
FRAMES = [
    ("welcome", '{"welcome":{"protocol":1,"server":"tailrace/0.1.0","session":"k3v9x2","heartbeat":15000,"time":1732147200000,'
     '"limits":{"message":65536,"subscriptions":1000,"times":200,"partitions":1000}}}'),
    ("subscribed", '{"subscribed":{"channel":"metrics","position":"v1.5ad1c3f0.0:1040~77aa01b2,1:88","head":"v1.5ad1c3f0.0:1044,1:91"},"id":1}'),
    ("subscribed by the query", '{"subscribed":{"channel":"metrics","position":"v1.5ad1c3f0.0:1040,1:?","head":"v1.5ad1c3f0.0:1044,1:?"}}'),
    ("subscribed to a topic that is not there yet", '{"subscribed":{"channel":"metrics","position":"v1.5ad1c3f0.","head":"v1.5ad1c3f0."},"id":1}'),
    ("subscribed, name with quotes", '{"subscribed":{"channel":"a\\"b\\\\é","position":"v1.5ad1c3f0.0:0","head":"v1.5ad1c3f0.0:0"},"id":0}'),
    ("batch", "{" + CH + ',"p":0,"from":1040,"next":1044,"fp":"9f3a12c4","u":[{"o":1040,"t":1732147200123,"v":1},{"o":1043,"t":1732147200950,"v":2}]}'),
    ("batch of one", "{" + CH + ',"p":3,"from":0,"next":1,"fp":"00000000","u":[{"o":0,"t":-1,"k":"","s":""}]}'),
    ("batch of every kind", "{" + CH + ',"p":0,"from":10,"next":20,"fp":"9f3a12c4","u":[{"o":10,"t":1,"k":"a","h":[["x","1"],["x",null],[{"b":"/w=="},{"b":"gA=="}]],"v":1.10},'
     '{"o":11,"t":1,"kb":"/w==","s":"hello"},{"o":12,"t":1,"b":"/w=="},{"o":13,"t":1,"k":"a","del":true},{"o":14,"t":1,"k":"a","omitted":{"bytes":1048577,"reason":"too_large"}},'
     '{"o":15,"t":1,"v":null},{"o":17,"t":1,"v": {"raw":\n"space"} },{"o":18,"t":1,"v":"\\ud800"},{"o":19,"t":1,"v":1e400}]}'),
    ("gap, expired", "{" + CH + ',"p":0,"gap":{"from":1050,"next":2000,"reason":"expired"}}'),
    ("gap, undecodable", "{" + CH + ',"p":2,"gap":{"from":7,"next":8,"reason":"undecodable"}}'),
    ("coverage", "{" + CH + ',"cover":[[0,1044,1050],[3,88,91]]}'),
    ("coverage, a start", "{" + CH + ',"cover":[[4,0,0]]}'),
    *[(f"reset, {r}", '{"reset":{"channel":"metrics","reason":"' + r + '","position":"v1.5ad1c3f0.0:0,1:0"}}')
      for r in ("recreated", "truncated", "channel_changed", "position_invalid")],
    ("ended", '{"ended":{"channel":"metrics","position":"v1.5ad1c3f0.0:1050~6.9f3a12c4,1:91"}}'),
    ("unsubscribed", '{"unsubscribed":{"channel":"metrics"},"id":2}'),
    ("unsubscribed, no id", '{"unsubscribed":{"channel":"metrics"}}'),
    *[(f"unsubscribed, {c}", '{"unsubscribed":{"channel":"metrics","code":"' + c + '"}}') for c in ("forbidden", "channel_removed", "topic_unavailable")],
    ("heartbeat", '{"heartbeat":{"time":1732147215000}}'),
    ("pong", '{"pong":{"time":1732147215000},"id":3}'),
    ("pong, no id", '{"pong":{"time":1732147215000}}'),
    ("channels", '{"channels":[{"name":"metrics","topic":"metrics","partitions":[[0,0,1050],[1,12,91]],"rate":12.5},'
     '{"name":"orders","topic":"shop.orders","partitions":[[0,null,null]],"rate":0}],"id":4}'),
    ("channels, none", '{"channels":[],"id":4}'),
    ("times", '{"times":{"channel":"metrics","at":[1732147200000,1732147260000],"offsets":[[1040,88],[1050,null]],"earliest":1732060800000},"id":5}'),
    ("times, empty channel", '{"times":{"channel":"metrics","at":[1732147200000],"offsets":[[0]],"earliest":null},"id":5}'),
    ("authenticated", '{"authenticated":{"expires":1732150800000},"id":6}'),
    ("authenticated, no expiry", '{"authenticated":{"expires":null},"id":6}'),
    ("expiring", '{"expiring":{"at":1732150800000}}'),
    ("status, unreachable", '{"status":{"kafka":"unreachable","since":1732147201000}}'),
    ("status, reachable", '{"status":{"kafka":"reachable","since":1732147209000}}'),
    ("status, held", '{"status":{"channel":"orders","p":3,"held_by_transaction":true,"stable":512,"since":1732147171000}}'),
    ("status, no longer held", '{"status":{"channel":"orders","p":3,"held_by_transaction":false,"stable":530,"since":1732147271000}}'),
    ("status, topic missing", '{"status":{"channel":"orders","topic":"missing","since":1732147171000}}'),
    ("status, topic present", '{"status":{"channel":"orders","topic":"present","since":1732147181000}}'),
    *[(f"error, {c}", '{"error":{"code":"' + c + '","message":"words for a person","retry":false},"id":7}') for c in (
        "bad_json", "binary_message", "bad_field", "unknown_op", "position_invalid", "channel_unavailable", "already_subscribed", "not_subscribed", "cancelled",
        "too_many_subscriptions", "too_many_partitions", "token_invalid")],
    *[(f"error, {c}", '{"error":{"code":"' + c + '","message":"words for a person","retry":true},"id":7}') for c in (
        "topic_unavailable", "kafka_unavailable", "overloaded", "internal")],
    ("error, no id", '{"error":{"code":"bad_json","message":"words for a person","retry":false}}'),
    ("error about a channel", '{"error":{"code":"channel_unavailable","message":"no channel \\"metrix\\"","retry":false,"channel":"metrix"},"id":7}'),
    *[(f"closing, {r}", '{"closing":{"reason":"' + r + '","reconnect_in":1830}}') for r in ("draining", "too_many_messages")],
]

# What this version never sends; a client takes the first list for a broken server, and ignores the second.
FRAMES_BROKEN = [
    ("not JSON", "hello"), ("not an object", "[]"), ("empty", ""),
    ("batch without updates", "{" + CH + ',"p":0,"from":10,"next":12,"fp":"9f3a12c4","u":[]}'),
    ("batch without fp", "{" + CH + ',"p":0,"from":10,"next":12,"u":[{"o":10,"t":1,"v":1}]}'),
    ("batch without next", "{" + CH + ',"p":0,"from":10,"fp":"9f3a12c4","u":[{"o":10,"t":1,"v":1}]}'),
    ("batch whose updates descend", "{" + CH + ',"p":0,"from":10,"next":12,"fp":"9f3a12c4","u":[{"o":11,"t":1,"v":1},{"o":10,"t":1,"v":1}]}'),
    ("batch that repeats an offset", "{" + CH + ',"p":0,"from":10,"next":12,"fp":"9f3a12c4","u":[{"o":10,"t":1,"v":1},{"o":10,"t":1,"v":1}]}'),
    ("update below the range", "{" + CH + ',"p":0,"from":10,"next":12,"fp":"9f3a12c4","u":[{"o":9,"t":1,"v":1}]}'),
    ("update above the range", "{" + CH + ',"p":0,"from":10,"next":12,"fp":"9f3a12c4","u":[{"o":12,"t":1,"v":1}]}'),
    ("offset as text", "{" + CH + ',"p":0,"from":"10","next":12,"fp":"9f3a12c4","u":[{"o":10,"t":1,"v":1}]}'),
    ("negative partition", "{" + CH + ',"p":-1,"from":10,"next":12,"fp":"9f3a12c4","u":[{"o":10,"t":1,"v":1}]}'),
    ("empty gap", "{" + CH + ',"p":0,"gap":{"from":10,"next":10,"reason":"expired"}}'),
    ("gap that runs backwards", "{" + CH + ',"p":0,"gap":{"from":10,"next":5,"reason":"expired"}}'),
    ("row that runs backwards", "{" + CH + ',"cover":[[0,10,5]]}'),
    ("row of two", "{" + CH + ',"cover":[[0,10]]}'),
    ("partition twice in one coverage", "{" + CH + ',"cover":[[0,10,12],[0,12,14]]}'),
]
FRAMES_IGNORED = [("unknown frame", '{"weather":{"rain":true}}'), ("unknown data", "{" + CH + ',"p":0,"snapshot":[]}'),
                  ("unknown field", '{"heartbeat":{"time":1,"mood":"fine"},"extra":[]}')]
