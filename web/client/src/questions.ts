// What is asked of the bridge once: kept until answered, asked again on the next connection.
import { backoff } from "./backoff.js";
import type { Connection, Rider } from "./connection.js";
import { failure } from "./errors.js";
import type { Cancel, Host } from "./host.js";
import type { Frame } from "./wire.js";

/** The frame that answers. */
export function ask(connection: Connection, host: Host, op: Frame): Promise<Frame> {
  return new Promise((resolve, reject) => {
    let id: number;
    let failures = 0;
    let cancel: Cancel | undefined;

    const rider: Rider = {
      opened_() {
        id = connection.send_(op);
      },
      answer_(frame) {
        const { error } = frame;
        if (frame.id !== id) return false;
        if (error?.retry) cancel = host.after(backoff(failures++, host.random()), rider.opened_);
        else connection.riders_.delete(rider);
        if (!error) resolve(frame);
        else if (!error.retry) reject(failure(error.code, error.message));
        return true;
      },
      changed_: () => connection.isOpen_ || cancel?.(),
      ended_: reject,
    };
    connection.carry_(rider, rider);
  });
}
