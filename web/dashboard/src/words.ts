// Numbers and times in words, the same in the Worker and on the page.

/** 12403 → "12,403". */
export function grouped(n: number): string {
  return Math.round(n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Fixed digits, grouped: 1234.5 → "1,234.50". */
export function fixed(n: number, digits: number): string {
  const text = Math.abs(n).toFixed(digits), [whole, part] = text.split(".");
  const sign = n < 0 && Number(text) !== 0 ? "−" : "";
  return sign + whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? "." + part : "");
}

export function two(n: number): string {
  return String(Math.floor(n)).padStart(2, "0");
}

/** Time of day; `digits` of the second's fraction. */
export function clock(t: number, digits = 0): string {
  const date = new Date(t);
  if (Number.isNaN(date.getTime())) return "–";
  const base = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return digits ? `${base}.${String(date.getMilliseconds()).padStart(3, "0").slice(0, digits)}` : base;
}

/** A day's name where it is not today: "14 Nov 09:12". */
export function moment(t: number, now: number): string {
  const date = new Date(t), today = new Date(now);
  const hm = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (date.toDateString() === today.toDateString()) return hm;
  return `${date.getDate()} ${kMonths[date.getMonth()]} ${hm}`;
}

const kMonths = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The first `most` characters. A slice would hold all of the text in memory, and so would one that is added to; this doesn't. */
export function beginning(text: string, most: number): string {
  return [text.slice(0, 1), text.slice(1, most)].join("");
}

/** A length of time as a person says it: "14 s", "4 min", "3 h", "7 days". */
export function spell(ms: number): string {
  const s = Math.max(0, ms) / 1000;
  if (s < 100) return `${Math.floor(s)} s`;
  if (s < 5400) return `${Math.round(s / 60)} min`;
  if (s < 129_600) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86_400)} days`;
}

/** A rate with as many digits as it deserves. */
export function paced(rate: number): string {
  if (rate >= 10 || rate === 0) return grouped(rate);
  return rate >= 1 ? rate.toFixed(1).replace(/\.0$/, "") : rate.toFixed(1) === "0.0" ? "<0.1" : rate.toFixed(1);
}
