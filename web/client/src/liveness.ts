// Is the other end still there? Its heartbeat and any data say so. A timer that fires late (a sleeping laptop, a
// throttled tab) proves nothing: the event loop gets one turn to deliver what has arrived, then the bridge is asked.
import type { Cancel, Host } from "./host.js";

export interface Watched {
  /** Silence: ask the other end for a sign of life. */
  stale_(): void;
  /** A sign came after all. */
  fresh_(): void;
  dead_(): void;
}

/** In heartbeats: silence that is odd, and how long an answer may take then. */
const QUIET = 4 / 3;
const GRACE = 2 / 3;

export function createLiveness(host: Host, watched: Watched) {
  let heartbeat = 0;
  let last = 0;
  let asked = false;
  let cancel: Cancel = () => {};

  const wait = (ms: number) => {
    cancel();
    cancel = host.after(ms, () => (cancel = host.after(0, judge)));
  };

  const judge = () => {
    const quiet = host.now() - last;
    const isOdd = quiet < 0 || quiet >= QUIET * heartbeat; // below 0: the clock was set back
    if (asked) watched.dead_();
    else if (isOdd) self.doubt_();
    else wait(QUIET * heartbeat - quiet);
  };

  const self = {
    start_(every: number): void {
      heartbeat = every;
      self.heard_();
      wait(QUIET * heartbeat);
    },

    heard_(): void {
      last = host.now();
      if (asked) watched.fresh_();
      asked = false;
    },

    /** Don't wait for more silence: there is reason to ask. */
    doubt_(): void {
      asked = true;
      wait(GRACE * heartbeat);
      watched.stale_();
    },

    stop_(): void {
      cancel();
      asked = false;
    },
  };
  return self;
}
