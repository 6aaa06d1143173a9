// Tokens: refused, renewed, late. Close codes that are about them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "./support/begin.js";
import { setUp } from "./support/client.js";
import { settled } from "./support/host.js";

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
