// A channel as state: the newest orders that took long, and how far behind the page is.
import { createRoot } from "react-dom/client";
import { connect } from "tailrace";
import { useChannel } from "tailrace/react";

const client = connect("../ws");

function Orders({ above }) {
  const { state, updates, lag, gap, error } = useChannel(client, "orders", { from: "-60s", keep: 2000 });
  const slow = updates.filter(({ v }) => v?.latency_ms > above).slice(-12).reverse();
  if (error) return <p>Nothing from the channel “orders”: {error.message}. “tailrace demo” has one.</p>;
  return (
    <>
      <p>
        {state}, {Math.max(0, Math.round(lag.ms))} ms behind{gap && `, gap of ${gap.next - gap.from}: ${gap.reason}`}
      </p>
      <ol>
        {slow.map(({ o, k, t, v }) => (
          <li key={`${k} ${o}`}>
            <b>{k}</b>
            <span>{v.region}</span>
            <span>{new Date(t).toLocaleTimeString()}</span>
            <i>{v.latency_ms} ms</i>
          </li>
        ))}
      </ol>
    </>
  );
}

createRoot(document.querySelector("#root")).render(<Orders above={60} />);
