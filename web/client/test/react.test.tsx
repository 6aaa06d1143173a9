import assert from "node:assert/strict";
import { before, test } from "node:test";
import { StrictMode, type ReactNode } from "react";
import { useChannel, type ChannelOptions, type ChannelView } from "../src/react.js";
import { setUp } from "./support/client.js";
import { openWindow } from "./support/dom.js";
import { settled } from "./support/host.js";
import { batch, gap, position, subscribed } from "./support/frames.js";
import type { Client } from "../src/types.js";

let React: typeof import("react");
let createRoot: typeof import("react-dom/client").createRoot;

before(async () => {
  openWindow();
  React = await import("react");
  ({ createRoot } = await import("react-dom/client"));
});

const FRAME = 16;

/** Lets promises, a frame and effects pass. In Node the hook's frame is a timer: of two that are as long, the first ends first. */
const frame = () =>
  React.act(async () => {
    await settled();
    await new Promise<void>((resolve) => setTimeout(resolve, FRAME));
  });

async function mount(options: ChannelOptions = {}, wrap = (node: ReactNode) => node) {
  const all = setUp();
  const views: ChannelView[] = [];
  const Component = ({ client, channel, ...options }: { client: Client; channel: string } & ChannelOptions) => {
    views.push(useChannel(client, channel, options));
    return null;
  };
  const root = createRoot(document.createElement("div"));
  const render = (channel: string, options: ChannelOptions) =>
    React.act(async () => root.render(wrap(<Component client={all.client} channel={channel} {...options} />)));
  await render("m", options);
  const serve = async (at: string, head = at) => {
    const socket = all.net.last();
    if (!socket.readyState) socket.accept();
    const { id, channel } = socket.ops("subscribe").at(-1);
    socket.say(subscribed(id, at, head, channel));
    await frame();
  };
  return { ...all, root, render, serve, views, last: () => views.at(-1)! };
}

test("a channel as state: updates, state, gap", async () => {
  const { net, serve, last, root } = await mount({ from: "-60s", keep: 3 });
  assert.deepEqual([last().state, last().updates], ["idle", []]);
  await serve("0:10", "0:12");
  assert.equal(last().state, "replaying");
  net.last().say(batch(0, 10, 12));
  net.last().say(gap(0, 12, 20));
  net.last().say(batch(0, 20, 22));
  await frame();
  assert.deepEqual(last().updates.map(({ o }) => o), [11, 20, 21]);
  assert.deepEqual([last().state, last().gap?.reason, last().error], ["live", "expired", undefined]);
  await React.act(async () => root.unmount());
  assert.equal(net.last().ops("unsubscribe").length, 1);
});

test("many batches are one rendering", async () => {
  const { net, serve, views } = await mount();
  await serve("0:10");
  const before = views.length;
  for (let o = 10; o < 200; o++) net.last().say(batch(0, o, o + 1));
  await frame();
  assert.ok(views.length - before <= 4, `${views.length - before} renderings`);
  assert.equal(views.at(-1)!.updates.length, 100);
});

test("options that are equal don't subscribe anew, others do", async () => {
  const { net, serve, render } = await mount({ from: { last: 5 } });
  await serve("0:10");
  await render("m", { from: { last: 5 } });
  assert.equal(net.last().ops("subscribe").length, 1);
  await render("n", { from: { last: 5 } });
  assert.deepEqual(net.last().ops().map(({ op, channel }) => `${op} ${channel}`), ["subscribe m", "unsubscribe m", "subscribe n"]);
});

test("a refusal is an error with a hint, gone when it is live", async () => {
  const { net, host, serve, last } = await mount();
  net.last().accept();
  net.last().say({ error: { code: "channel_unavailable", message: "no", retry: false }, id: net.last().ops("subscribe")[0].id });
  await frame();
  assert.deepEqual([last().state, last().error?.code, last().error?.hint], ["idle", "channel_unavailable", "no such channel for this token"]);
  net.last().hangUp();
  await React.act(() => host.pass(1000));
  await serve("0:10");
  assert.deepEqual([last().state, last().error], ["live", undefined]);
});

test("mounting twice, as StrictMode does, leaves one subscription, which goes on where the first was", async () => {
  const { net, serve, last, root } = await mount({}, (node) => <StrictMode>{node}</StrictMode>);
  await serve("0:10");
  net.last().say(batch(0, 10, 11));
  await frame();
  assert.equal(net.sockets.length, 1);
  assert.deepEqual(last().updates.map(({ o }) => o), [10]);
  await React.act(async () => root.unmount());
});

test("a reset empties what is shown", async () => {
  const { net, serve, last } = await mount();
  await serve("0:10");
  net.last().say(batch(0, 10, 11));
  await frame();
  net.last().say({ reset: { channel: "m", reason: "recreated", position: position("0:0") } });
  net.last().say(batch(0, 0, 1));
  await frame();
  assert.deepEqual(last().updates.map(({ o }) => o), [0]);
});

test("a second component begins as what the first one's channel is", async () => {
  const { client, serve } = await mount();
  await serve("0:10");
  const views: ChannelView[] = [];
  const Second = () => {
    views.push(useChannel(client, "m"));
    return null;
  };
  const root = createRoot(document.createElement("div"));
  await React.act(async () => root.render(<Second />));
  await frame();
  assert.equal(views.at(-1)!.state, "live");
  await React.act(async () => root.unmount());
});

test("who keeps no updates has none", async () => {
  const { net, serve, last } = await mount({ keep: 0 });
  await serve("0:10");
  net.last().say(batch(0, 10, 12));
  await frame();
  assert.deepEqual([last().state, last().updates], ["live", []]);
});
