// Errors, and what is known about each code (schemas/protocol.md, section 8).
import type { TailraceError } from "./types.js";

export class Failure extends Error implements TailraceError {
  readonly hint: string;

  constructor(
    readonly code: string,
    message: string,
    readonly retryable: boolean,
  ) {
    super(message);
    this.name = "TailraceError";
    this.hint = hints[code] ?? (retryable ? "it is tried again" : "");
  }
}

/** From an `error` frame, or what else carries a code. */
export function answered(code: unknown, message: unknown, retry: unknown): Failure {
  return new Failure(`${code}`, `${message ?? code}`, retry === true);
}

/** Close codes that end the client; all others but these and `refusal` are worth another attempt. */
export const terminal: Record<number, string | undefined> = { 4400: "faults", 4403: "nothing_granted" };
/** Close codes that are worth one attempt with a fresh token. */
export const refusal: Record<number, string | undefined> = { 4401: "token_invalid", 4409: "token_expired" };

const TOKEN = "the bridge does not take this token: is it expired, or for another audience?";
const BUG = "a fault of this program: see the message";
const LATER = "asked again on the next connection";

const hints: Record<string, string | undefined> = {
  connect_failed: "is the bridge up, the address right, this page's origin allowed there?",
  token_failed: "the token function failed; it is asked again",
  token_invalid: TOKEN,
  token_expired: TOKEN,
  nothing_granted: "the token grants no channel",
  faults: BUG,
  too_big: BUG,
  bad_field: BUG,
  protocol_error: "the bridge, or a proxy, sent what the protocol does not allow; reconnecting",
  hole: `offsets were left out twice at one place: show this to the bridge's operator; ${LATER}`,
  channel_unavailable: `no such channel, or not for this token; ${LATER}`,
  forbidden: `the token does not grant it any more; ${LATER}`,
};
