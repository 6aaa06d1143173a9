// Values as a person reads them: as many digits as they deserve, units that scale.
import { fixed } from "../words.ts";

const kBytes = /^(B|bytes)(\/s)?$/i;
const kThousands = ["", "k", "M", "G", "T", "P"];

export interface Figure { text: string; unit: string }

/** A value with its unit: bytes become kB and MB, large numbers get a thousand's letter. */
export function figure(value: number, unit: string, whole: boolean): Figure {
  if (!Number.isFinite(value)) return { text: "–", unit: unit };
  if (kBytes.test(unit)) {
    const power = powerOf(value), scaled = value / 1000 ** power;
    return { text: fixed(scaled, power && scaled < 100 ? 1 : 0), unit: kThousands[power] + "B" + (unit.endsWith("/s") ? "/s" : "") };
  }
  if (Math.abs(value) >= 1e6) {
    const power = powerOf(value);
    return { text: fixed(value / 1000 ** power, 1) + kThousands[power], unit };
  }
  return { text: fixed(value, digitsOf(value, whole)), unit };
}

/** For tables and legends: the unit stands elsewhere, but a scaled one must be said. */
export function short(value: number, unit: string, whole: boolean): string {
  const { text, unit: shown } = figure(value, unit, whole);
  return shown !== unit ? `${text} ${shown}` : text;
}

/** One scale for a whole column: bytes and large numbers share a unit, chosen by the largest. */
export function columnScale(most: number, unit: string): { by: number; unit: string } {
  const bytes = kBytes.test(unit), power = bytes || most >= 1e6 ? powerOf(most) : 0;
  if (!bytes) return { by: 1000 ** power, unit: kThousands[power] ? [kThousands[power], unit].filter(Boolean).join(" ") : unit };
  return { by: 1000 ** power, unit: `${kThousands[power]}B${unit.endsWith("/s") ? "/s" : ""}` };
}

/** Tick labels that agree with each other. */
export function tickLabel(value: number, step: number, unit: string): string {
  if (value === 0) return "0";
  if (kBytes.test(unit)) {
    const power = powerOf(Math.max(Math.abs(value), step));
    return `${trim(value / 1000 ** power)} ${kThousands[power]}B`;
  }
  const power = Math.abs(value) >= 10_000 || (Math.abs(value) >= 1000 && step >= 100) ? powerOf(value) : 0;
  return trim(value / 1000 ** power) + kThousands[power];
}

export function digitsOf(value: number, whole: boolean): number {
  const size = Math.abs(value);
  if (size >= 100 || (whole && Number.isInteger(value))) return 0;
  if (size >= 10) return 1;
  return size >= 0.1 || size === 0 ? 2 : 3;
}

function powerOf(value: number): number {
  const size = Math.abs(value);
  return size < 1000 ? 0 : Math.min(kThousands.length - 1, Math.floor(Math.log10(size) / 3));
}

function trim(value: number): string {
  const text = fixed(value, Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 2 : 3);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
