import assert from "node:assert/strict";
import { test } from "node:test";
import { listen, setUp } from "./support/client.js";
import { settled } from "./support/host.js";

/** A client with a subscription whose connection is open. */
async function open(options: Parameters<typeof setUp>[0] = {}) {
  const all = setUp(options);
  const sub = all.client.subscribe("m");
  await settled();
  all.net.last().accept();
  return { ...all, sub, heard: listen(sub) };
}

test("nothing is dialled before something is wanted", async () => {
  const { client, net, host } = setUp();
  await host.pass(60_000);
  assert.equal(net.sockets.length, 0);
  assert.equal(client.state, "idle");
  client.retry();
  client.suspend();
  client.retry();
  assert.equal(net.sockets.length, 0);
  client.close();
});

test("the protocol's name and the token ride as subprotocols", async () => {
  const { client, net } = setUp({ token: async () => "a.b.c" });
  client.subscribe("m");
  await settled();
  assert.equal(net.last().url, "ws://bridge/ws");
  assert.deepEqual(net.last().protocols, ["tailrace.v1", "bearer.a.b.c"]);
  const plain = setUp();
  plain.client.subscribe("m");
  await settled();
  assert.deepEqual(plain.net.last().protocols, ["tailrace.v1"]);
});

test("nothing is sent before the welcome", async () => {
  const { client, net, said } = setUp();
  client.subscribe("m");
  await settled();
  net.last().readyState = 1;
  net.last().onopen?.({});
  assert.deepEqual(net.last().sent, []);
  net.last().accept();
  assert.equal(net.last().ops("subscribe").length, 1);
  assert.deepEqual(said.names(), ["connecting", "live"]);
});

test("a lost connection is tried again with full jitter, from the first time on", async () => {
  const { net, host, said } = await open({ random: () => 0.25 });
  net.last().hangUp(1006);
  const change = said.states.at(-1)!;
  assert.deepEqual({ ...change }, { old: "live", new: "connecting", reason: "lost", code: 1006, retryIn: 625 });
  await host.pass(624);
  assert.equal(net.sockets.length, 1);
  await host.pass(1);
  assert.equal(net.sockets.length, 2);
  net.last().hangUp();
  assert.equal(said.states.at(-1)!.retryIn, 750);
  assert.equal(said.errors.at(-1)!.code, "connect_failed");
  assert.equal(said.errors.at(-1)!.retryable, true);
});

test("five seconds of uptime, and no less, make failures forgotten", async () => {
  const { net, host, said } = await open({ random: () => 1 });
  const delays: number[] = [];
  for (const uptime of [0, 0, 4999, 5000, 0, 0]) {
    await host.pass(uptime);
    net.last().hangUp();
    delays.push(said.states.at(-1)!.retryIn!);
    await host.pass(delays.at(-1)!);
    net.last().accept();
  }
  assert.deepEqual(delays, [1000, 1500, 2500, 1000, 1500, 2500]);
});

test("an attempt that gets no welcome is given up", async () => {
  const { client, net, host, said } = setUp();
  client.subscribe("m");
  await host.pass(19_999);
  assert.ok(net.last().isOpen);
  await host.pass(1);
  assert.ok(!net.last().isOpen);
  assert.equal(said.states.at(-1)!.reason, "timeout");
  await host.pass(750);
  assert.equal(net.open().length, 1);
});

test("reconnect_in replaces the first delay", async () => {
  const { net, host, said } = await open();
  await host.pass(6000);
  net.last().say({ closing: { reason: "draining", reconnect_in: 1830 } });
  net.last().hangUp(1012);
  assert.equal(said.states.at(-1)!.retryIn, 1830);
  await host.pass(1830);
  net.last().hangUp(1012);
  assert.equal(said.states.at(-1)!.retryIn, 1000, "and only that one");
});

for (const [code, name] of [[4400, "faults"], [4403, "nothing_granted"]] as const) {
  test(`${code} ends it`, async () => {
    const { client, net, host, said, sub, heard } = await open({ token: () => "t" });
    const question = client.channels();
    net.last().hangUp(code);
    assert.equal(client.state, "closed");
    assert.equal(sub.state, "closed");
    for (const { errors } of [said, heard]) {
      assert.deepEqual(errors.map(({ code, retryable }) => [code, retryable]), [[name, false]]);
      assert.ok(errors[0]!.hint);
    }
    await assert.rejects(question, { code: name });
    await host.pass(600_000);
    assert.equal(net.sockets.length, 1);
    assert.equal(host.timers.size, 0);
  });
}

for (const [code, name] of [[4401, "token_invalid"], [4409, "token_expired"]] as const) {
  test(`${code} is worth one fresh token`, async () => {
    let asked = 0;
    const { client, net, host, said } = await open({ token: () => `token${++asked}` });
    net.last().hangUp(code);
    assert.deepEqual(said.errors, []);
    await host.pass(750);
    assert.equal(net.last().protocols[1], "bearer.token2");
    net.last().hangUp(code);
    assert.equal(client.state, "closed");
    assert.deepEqual(said.errors.map(({ code }) => code), [name]);
  });

  test(`${code} ends a client whose token can't be another`, async () => {
    for (const token of ["fixed", undefined]) {
      const { client, net } = await open({ token });
      net.last().hangUp(code);
      assert.equal(client.state, "closed");
    }
  });

  test(`${code} after good hours is the first again`, async () => {
    const { client, net, host } = await open({ token: () => "t" });
    for (let day = 0; day < 3; day++) {
      await host.pass(5_000);
      net.last().hangUp(code);
      await host.pass(1_000);
      net.last().accept();
    }
    assert.equal(client.state, "live");
  });
}

test("all other close codes back off", async () => {
  for (const code of [1000, 1001, 1002, 1005, 1006, 1007, 1009, 1011, 1012, 1013, 4000, 4408, 4429]) {
    const { client, net, host, said } = await open();
    net.last().hangUp(code);
    assert.equal(client.state, "connecting", `${code}`);
    assert.deepEqual(said.errors.map(({ code }) => code), code === 1009 ? ["too_big"] : []);
    await host.pass(1000);
    assert.equal(net.open().length, 1);
    client.close();
  }
});

test("a token function that fails is asked again, with backoff", async () => {
  let fail = true;
  const token = async () => {
    if (fail) throw new Error("no session");
    return "t";
  };
  const { client, net, host, said } = setUp({ token });
  client.subscribe("m");
  await settled();
  assert.equal(net.sockets.length, 0);
  assert.equal(said.errors[0]!.code, "token_failed");
  assert.match(said.errors[0]!.message, /no session/);
  fail = false;
  await host.pass(750);
  assert.equal(net.last().protocols[1], "bearer.t");
});

test("a token that comes too late opens nothing", async () => {
  const answers: ((token: string) => void)[] = [];
  const { client, net, host } = setUp({ token: () => new Promise((resolve) => answers.push(resolve)) });
  client.subscribe("m");
  await host.pass(21_000);
  assert.equal(answers.length, 2);
  answers[0]!("old");
  await settled();
  assert.equal(net.sockets.length, 0);
  answers[1]!("new");
  await settled();
  assert.deepEqual(net.sockets.map(({ protocols }) => protocols[1]), ["bearer.new"]);
  client.close();
});

test("a class that throws is an attempt that failed", async () => {
  class Broken {
    constructor() {
      throw new SyntaxError("bad token");
    }
  }
  const { client, host, said } = setUp({ WebSocket: Broken as any });
  client.subscribe("m");
  await host.pass(1000);
  assert.ok(said.errors.length >= 2);
  assert.equal(said.errors[0]!.code, "connect_failed");
  client.close();
});

test("an expiring token is renewed in place", async () => {
  let asked = 0;
  const { net, said } = await open({ token: async () => `t${++asked}` });
  net.last().say({ expiring: { at: 5 } });
  await settled();
  const { id, token } = net.last().ops("auth")[0];
  assert.equal(token, "t2");
  net.last().say({ authenticated: { expires: null }, id });
  await settled();
  assert.equal(net.sockets.length, 1);
  assert.deepEqual(said.errors, []);
});

test("a renewed token that is refused is asked for once more", async () => {
  let asked = 0;
  const { net, said } = await open({ token: async () => `t${++asked}` });
  net.last().say({ expiring: { at: 5 } });
  for (let i = 0; i < 3; i++) {
    await settled();
    const op = net.last().ops("auth")[i];
    if (op) net.last().say({ error: { code: "token_invalid", message: "no", retry: false }, id: op.id });
  }
  await settled();
  assert.deepEqual(net.last().ops("auth").map(({ token }) => token), ["t2", "t3"]);
  assert.deepEqual(said.errors.map(({ code }) => code), ["token_invalid", "token_invalid"]);
  assert.equal(net.sockets.length, 1);
});

test("a fixed token is not renewed", async () => {
  const { net } = await open({ token: "t" });
  net.last().say({ expiring: { at: 5 } });
  await settled();
  assert.deepEqual(net.last().ops("auth"), []);
});

const nonsense = {
  "no JSON": "hello",
  "an array": "[]",
  "a number": "7",
  "null": "null",
  "binary": new ArrayBuffer(8) as any,
  "a subscribed without a position": JSON.stringify({ subscribed: { channel: "m" }, id: 1 }),
  "a batch that is none": JSON.stringify({ ch: "m", u: 5 }),
  "an unreadable position": JSON.stringify({ subscribed: { channel: "m", position: "v7", head: "v7" }, id: 1 }),
};

for (const [name, frame] of Object.entries(nonsense)) {
  test(`nonsense, ${name}: protocol error, backoff, resume`, async () => {
    const { client, net, host, said } = await open();
    const { id } = net.last().ops("subscribe")[0];
    if (name.includes("batch")) net.last().say({ subscribed: { channel: "m", position: "v1.00000000.", head: "v1.00000000." }, id });
    net.last().say(frame);
    assert.equal(net.last().closedWith, 4400);
    assert.deepEqual(said.errors.map(({ code, retryable }) => [code, retryable]), [["protocol_error", true]]);
    await host.pass(749);
    assert.equal(net.sockets.length, 1);
    await host.pass(1);
    net.last().accept();
    assert.equal(client.state, "live");
    client.close();
  });
}

test("a server that only talks nonsense is not asked faster than the backoff allows", async () => {
  const { client, net, host } = setUp({ random: () => 0 });
  client.subscribe("m");
  for (let i = 0; i < 300; i++) {
    await settled();
    if (net.last()?.isOpen) {
      net.last().readyState = 1;
      net.last().say(i % 2 ? "?" : { welcome: { protocol: 2 } });
    }
    await host.pass(100);
  }
  assert.ok(net.sockets.length <= 61, `${net.sockets.length}`);
  client.close();
});

test("what is not known is ignored", async () => {
  const { client, net, said } = await open();
  net.last().say({ weather: { rain: true } });
  net.last().say({ ch: "m", p: 0, snapshot: [] });
  net.last().say({ ch: "other", p: 0, from: 1, next: 2, fp: "00000000", u: [{ o: 1 }] });
  net.last().say({ error: { code: "cancelled", message: "", retry: false }, id: 4711 });
  assert.equal(client.state, "live");
  assert.deepEqual(said.errors, []);
  net.last().say({ error: { code: "bad_json", message: "what?", retry: false } });
  assert.deepEqual(said.errors.map(({ code }) => code), ["bad_json"]);
});

test("silence makes it stale, and an answer live; without one it is dialled anew", async () => {
  const { client, net, host, said, sub } = await open();
  await host.pass(20_000);
  assert.deepEqual([client.state, sub.state], ["stale", "stale"]);
  assert.equal(said.states.at(-1)!.reason, "silent");
  const pings = net.last().ops("ping").length;
  assert.ok(pings >= 2, "it asked");
  net.last().say({ heartbeat: { time: 1 } });
  assert.equal(client.state, "live");
  await host.pass(31_000);
  assert.equal(net.sockets.length, 2);
  assert.equal(net.sockets[0]!.closedWith, 1000);
});

test("after a death in silence the next connection is open with its welcome, not before", async () => {
  const { net, host, said } = await open();
  await host.pass(31_000);
  net.last().readyState = 1;
  net.last().say("?");
  assert.deepEqual(said.names().slice(-3), ["stale", "connecting", "connecting"]);
});

test("offline: an open socket is doubted, not dropped; waiting is told apart", async () => {
  const { client, net, host, said } = await open();
  await host.page("offline");
  assert.equal(client.state, "stale");
  net.last().say({ heartbeat: { time: 1 } });
  assert.equal(client.state, "live", "localhost needs no network");
  await host.page("offline");
  await host.pass(10_000);
  assert.equal(client.state, "offline");
  assert.equal(said.states.at(-1)!.reason, "silent");
  await host.pass(750);
  assert.equal(net.open().length, 1, "it is tried all the same");
  net.last().hangUp();
  assert.equal(client.state, "offline");
});

test("online: the wait begins anew, with jitter", async () => {
  const { net, host, said } = await open({ random: () => 0.5 });
  for (let i = 0; i < 6; i++) {
    net.last().hangUp();
    await host.pass(said.states.at(-1)!.retryIn!);
  }
  net.last().hangUp();
  assert.ok(said.states.at(-1)!.retryIn! > 10_000);
  await host.page("online");
  assert.equal(said.states.at(-1)!.retryIn, 750);
  const { length } = net.sockets;
  await host.pass(750);
  assert.equal(net.sockets.length, length + 1);
});

test("a hidden page holds no socket, and one that is shown again connects at once", async () => {
  const { client, net, host, said } = await open();
  await host.page("pagehide");
  assert.equal(net.open().length, 0);
  assert.equal(said.states.at(-1)!.reason, "pagehide");
  client.range("m", "-1m", { time: 5 });
  await host.page("online");
  await host.pass(600_000);
  assert.equal(net.sockets.length, 1, "nothing is dialled in the cache");
  await host.page("pageshow");
  assert.equal(net.open().length, 2);
  client.close();
});

test("suspend holds until retry, whatever the page does", async () => {
  const { client, net, host } = await open();
  client.suspend();
  for (const event of ["pagehide", "pageshow", "offline", "online"] as const) await host.page(event);
  await host.pass(60_000);
  assert.equal(net.open().length, 0);
  client.retry();
  await settled();
  assert.equal(net.open().length, 1);
});

test("retry cuts a wait short, and changes nothing else", async () => {
  const { client, net } = await open();
  client.retry();
  await settled();
  assert.equal(net.sockets.length, 1);
  net.last().hangUp();
  client.retry();
  client.retry();
  await settled();
  client.retry();
  assert.equal(net.sockets.length, 2);
});

test("close lets go of everything", async () => {
  const { client, net, host, sub } = await open();
  client.range("m", "earliest", { time: 5 });
  await settled();
  client.close();
  client.close();
  client.retry();
  client.suspend();
  await host.page("pageshow");
  assert.deepEqual([client.state, sub.state], ["closed", "closed"]);
  assert.equal(net.open().length, 0);
  assert.deepEqual([host.timers.size, host.listeners.size], [0, 0]);
  const late = client.subscribe("m");
  assert.equal(late.state, "closed");
  await assert.rejects(client.channels(), { code: "closed" });
});

test("listeners may do anything: close, suspend, subscribe", async () => {
  for (const act of ["close", "suspend"] as const) {
    for (const at of ["connecting", "live", "stale"]) {
      const { client, net, host } = setUp();
      client.on("state", (change) => change.new === at && client[act]());
      client.subscribe("m");
      await settled();
      if (net.open().length) net.last().accept();
      await host.pass(60_000);
      assert.equal(net.open().length, 0, `${act} at ${at}`);
      client.close();
      assert.equal(host.timers.size, 0);
    }
  }
  const { client, net } = setUp();
  client.on("state", (change) => change.new === "live" && client.subscribe("n"));
  client.subscribe("m");
  await settled();
  net.last().accept();
  assert.deepEqual(net.last().ops("subscribe").map(({ channel }) => channel).sort(), ["m", "n"]);
});

test("the bridge's clock is read from the shortest trip", async () => {
  const { client, net, host } = await open();
  const answer = (time: number) => net.last().say({ pong: { time }, id: net.last().ops("ping").at(-1).id });
  await host.pass(100);
  answer(host.time - 50 + 3_600_000);
  await settled();
  assert.equal(client.now(), host.time + 3_600_000);
  for (let beat = 0; beat < 5; beat++) {
    await host.pass(15_000);
    net.last().say({ heartbeat: { time: 0 } });
  }
  await host.pass(10_000); // behind a pile of data
  answer(host.time + 3_600_000);
  await settled();
  assert.equal(client.now(), host.time + 3_600_000, "a long trip tells less");
});

test("a clock that jumps is measured anew", async () => {
  const { client, net, host } = await open();
  const exchange = async (offset: number, trip: number) => {
    net.last().say({ heartbeat: { time: 0 } });
    await host.pass(trip);
    net.last().say({ pong: { time: host.time - trip / 2 + offset }, id: net.last().ops("ping").at(-1).id });
    await settled();
  };
  await exchange(0, 0);
  host.time += 3_600_000;
  await exchange(-3_600_000, 1);
  await exchange(-3_600_000, 1);
  assert.ok(Math.abs(client.now() - (host.time - 3_600_000)) <= 1);
  host.time -= 7_200_000;
  for (const timer of host.timers) timer.at -= 7_200_000;
  host.sleep(61_000);
  for (let beat = 0; beat < 4; beat++) await exchange(3_600_000, 2);
  assert.ok(Math.abs(client.now() - (host.time + 3_600_000)) <= 2, `${client.now() - host.time}`);
});
