// What the library needs of its surroundings. Tests bring their own clock, dice and page.

export type PageEvent = "online" | "offline" | "pageshow" | "pagehide";
export type Cancel = () => void;

export interface Host {
  /** Unix milliseconds; may jump. */
  now(): number;
  /** 0 ≤ x < 1. */
  random(): number;
  after(ms: number, then: () => void): Cancel;
  listen(type: PageEvent, then: () => unknown): Cancel;
  /** False only where the platform is sure that there is no network. */
  online(): boolean;
}

export const platform: Host = {
  now: () => Date.now(),
  random: Math.random,
  after(ms, then) {
    const id = setTimeout(then, ms);
    return () => clearTimeout(id);
  },
  listen(type, then) {
    globalThis.addEventListener?.(type, then);
    return () => globalThis.removeEventListener?.(type, then);
  },
  online: () => globalThis.navigator?.onLine !== false,
};
