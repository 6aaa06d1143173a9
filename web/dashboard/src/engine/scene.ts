// What a panel needs to know about the moment it is drawn for.
import type { Sample } from "./extent.ts";

export interface Scene {
  at: number;
  span: number;
  /** Records of these last milliseconds may still be on their way: what is counted per time ends before. */
  late: number;
  /** Data is whole from here on; -Infinity where it reaches back beyond all windows. */
  covered: number;
  /** Times of which only a sample is there. */
  samples: Sample[];
  /** Times without data that is known to exist or to be lost. */
  holes: [number, number][];
  /** Nothing is being filled: what is empty now stays empty. */
  settled: boolean;
}
