// A client that has come as far as most tests begin.
import type { SubscribeOptions } from "../../src/types.js";
import { listen, record, setUp } from "./client.js";
import { subscribed } from "./frames.js";
import { settled } from "./host.js";

type Options = SubscribeOptions & { highWater?: number; at?: string; head?: string };

/** A subscription of "m" that was served at a place. */
export async function begin({ at = "0:10", head = at, highWater, ...options }: Options = {}) {
  const all = setUp({ highWater });
  const sub = all.client.subscribe("m", options);
  const heard = record(sub);
  await settled();
  all.net.last().accept();
  const serve = (place: string, end = place) => {
    const socket = all.net.last();
    socket.say(subscribed(socket.ops("subscribe").at(-1).id, place, end));
    return settled();
  };
  await serve(at, head);
  const say = async (...frames: object[]) => {
    for (const frame of frames) all.net.last().say(frame);
    await settled();
  };
  /** A cut, and the next connection. */
  const cut = async () => {
    all.net.last().hangUp();
    await all.host.pass(all.said.states.at(-1)!.retryIn!);
    all.net.last().accept();
  };
  return { ...all, sub, heard, serve, say, cut, lastAsked: () => all.net.last().ops("subscribe").at(-1) };
}

/** A client with a subscription whose connection is open. */
export async function open(options: Parameters<typeof setUp>[0] = {}) {
  const all = setUp(options);
  const sub = all.client.subscribe("m");
  await settled();
  all.net.last().accept();
  return { ...all, sub, heard: listen(sub) };
}
