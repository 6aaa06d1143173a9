// A tape of orders and their sum. Position and sum are kept together, so a reload neither loses nor repeats an order.
import { connect } from "tailrace";

const tape = document.querySelector("#tape"), total = document.querySelector("#total");
const kept = JSON.parse(sessionStorage.getItem("ticker") ?? "null") ?? { position: null, orders: 0, sum: 0 };

function show({ region, amount }) {
  const item = document.createElement("span"), price = document.createElement("b");
  price.textContent = amount.toFixed(2);
  item.append(region, price);
  tape.prepend(item);
  while (tape.children.length > 40) tape.lastChild.remove();
}

const orders = connect("../ws").subscribe("orders", { from: "-10s", position: kept.position });
orders.on("error", ({ message }) => (total.textContent = `Nothing from the channel “orders”: ${message}. “tailrace demo” has one.`));

try {
  for await (const { updates, position } of orders) {
    for (const { v } of updates) {
      if (typeof v?.amount !== "number") continue;
      kept.orders++;
      kept.sum += v.amount;
      show(v);
    }
    kept.position = position;
    sessionStorage.setItem("ticker", JSON.stringify(kept));
    total.textContent = `${kept.orders.toLocaleString()} orders, ${kept.sum.toLocaleString(undefined, { maximumFractionDigits: 0 })} in all`;
  }
} catch {
  // The end was an error, and that has been said.
}
