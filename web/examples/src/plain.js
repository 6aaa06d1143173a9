// The last value of every key of the channel "metrics".
const list = document.querySelector("#hosts"), state = document.querySelector("#state"), rows = new Map();

function row(key) {
  const item = document.createElement("li"), name = document.createElement("b"), bar = document.createElement("meter"), text = document.createElement("i");
  name.textContent = key;
  bar.max = 100;
  bar.setAttribute("aria-label", key);
  item.append(name, bar, text);
  list.append(item);
  return { bar, text };
}

const t = tailrace.connect("../ws");
const metrics = t.subscribe("metrics", { from: "-60s" });

metrics.on("batch", ({ updates }) => {
  for (const { k, v } of updates) {
    if (typeof v?.cpu !== "number") continue;
    if (!rows.has(k)) rows.set(k, row(k));
    const { bar, text } = rows.get(k);
    bar.value = v.cpu;
    text.textContent = `${v.cpu.toFixed(1)} %`;
  }
});
metrics.on("state", (change) => change.new !== "idle" && (state.textContent = change.new));
metrics.on("error", ({ message }) => (state.textContent = `Nothing from the channel “metrics”: ${message}. “tailrace demo” has one.`));
metrics.on("recovered", ({ updates, lost }) => (state.textContent = `recovered ${updates} updates, ${lost} lost`));
metrics.on("gap", ({ from, next, reason }) => (state.textContent = `${next - from} records are gone: ${reason}`));
