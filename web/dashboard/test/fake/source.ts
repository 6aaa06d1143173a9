// Where a fake channel's records come from: a pure function of the offset (history of any length, no storage), or a
// list that a test appends to.

export interface FakeRecord { t: number; k?: string; v?: string; s?: string; b?: string; del?: true; omitted?: { bytes: number; reason: string }; h?: unknown[] }

export interface Source {
  name: string;
  topic: string;
  partitions: number;
  title?: string;
  units?: Record<string, string>;
  /** Those that are configured to come first. */
  fields?: string[];
  earliest(p: number): number;
  latest(p: number, now: number): number;
  at(p: number, o: number): FakeRecord;
  /** The first offset at or after a time. */
  find(p: number, t: number, now: number): number;
  rate(now: number): number;
}

/** Records at an even pace since `since`; `make` gives the record of an offset. */
export function steady(name: string, options: { partitions?: number; every: number; since: number; title?: string; units?: Record<string, string>; make(p: number, o: number, t: number): Omit<FakeRecord, "t"> }): Source {
  const { partitions = 3, every, since, make } = options, pace = every * partitions;
  const time = (p: number, o: number) => since + o * pace + p * every;
  return {
    name, topic: name, partitions, title: options.title, units: options.units,
    earliest: () => 0,
    latest: (p, now) => Math.max(0, Math.floor((now - since - p * every) / pace) + 1),
    at: (p, o) => ({ t: time(p, o), ...make(p, o, time(p, o)) }),
    find(p, t, now) {
      return Math.max(0, Math.min(this.latest(p, now), Math.ceil((t - since - p * every) / pace)));
    },
    rate: () => 1000 / every,
  };
}

/** Records that a test appends. */
export class Listed implements Source {
  fields?: string[];
  readonly logs: FakeRecord[][];
  /** Retention: what lies below is gone. */
  readonly gone: number[];

  constructor(readonly name: string, readonly partitions = 1, readonly topic = name, readonly units: Record<string, string> = {}) {
    this.logs = Array.from({ length: partitions }, () => []);
    this.gone = new Array(partitions).fill(0);
  }

  push(record: FakeRecord, p = 0): void {
    this.logs[p].push(record);
  }

  earliest(p: number): number {
    return this.gone[p];
  }

  latest(p: number): number {
    return this.logs[p].length;
  }

  at(p: number, o: number): FakeRecord {
    return this.logs[p][o];
  }

  find(p: number, t: number): number {
    const at = this.logs[p].findIndex((record, o) => o >= this.gone[p] && record.t >= t);
    return at < 0 ? this.logs[p].length : at;
  }

  rate(now: number): number {
    return this.logs.flat().filter(record => record.t > now - 5000 && record.t <= now).length / 5;
  }
}
