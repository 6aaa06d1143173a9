// A client with a fake clock and a fake network, and all it said.
import { createClient } from "../../src/client.js";
import type { Client, Options, StateChange, Subscription, TailraceError } from "../../src/types.js";
import { FakeHost } from "./host.js";
import { fakeNet } from "./socket.js";

export function setUp(options: Options & { random?: () => number } = {}) {
  const host = new FakeHost(options.random);
  const net = fakeNet();
  const client = createClient("ws://bridge/ws", { WebSocket: net.WebSocket, ...options }, host);
  return { host, net, client, said: listen(client) };
}

export function listen(emitter: Client | Subscription) {
  const states: StateChange[] = [];
  const errors: TailraceError[] = [];
  (emitter as Client).on("state", (change) => states.push(change));
  (emitter as Client).on("error", (error) => errors.push(error));
  return { states, errors, names: () => states.map((change) => change.new) };
}

/** Everything a subscription hands out, in order, as short words. */
export function record(sub: Subscription) {
  const said: string[] = [];
  const updates: [partition: number, offset: number][] = [];
  sub.on("batch", ({ partition, updates: all }) => {
    for (const { o } of all) updates.push([partition, o]);
    said.push(`${partition}:${all.map(({ o }) => o)}`);
  });
  sub.on("gap", ({ partition, from, next, reason }) => said.push(`gap ${partition}:${from}-${next} ${reason}`));
  sub.on("reset", ({ reason, position }) => said.push(`reset ${reason} ${position}`));
  sub.on("recovered", ({ updates, lost }) => said.push(`recovered ${updates} lost ${lost}`));
  return { said, updates, ...listen(sub) };
}
