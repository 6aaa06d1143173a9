// Errors, and what is known about each code (schemas/protocol.md, section 8).
import type { TailraceError } from "./types.js";

export function failure(code: string, message = code, retryable = false): TailraceError {
  const hint = hints[code] ?? (retryable ? "retried" : "see the protocol");
  return Object.assign(Error(message), { name: "TailraceError", code, retryable, hint });
}

/** Close codes that end the client, the two about tokens after a fresh one; all others are worth another attempt. */
export const endings: Record<number, string | undefined> = {
  4400: "faults",
  4401: "token_invalid",
  4403: "nothing_granted",
  4409: "token_expired",
};

export const isRefusal = (code: number): boolean => code === 4401 || code === 4409;

const TOKEN = "get another token";

const hints: Record<string, string | undefined> = {
  connect_failed: "bridge down? origin not allowed?",
  channel_unavailable: "no such channel for this token",
  token_invalid: TOKEN,
  token_expired: TOKEN,
  nothing_granted: TOKEN,
};
