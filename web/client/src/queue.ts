// What has arrived and is not consumed yet, handed out one parcel at a time: the next one waits until the one in hand
// is done with.

export interface Parcel {
  /** Characters on the wire. */
  readonly size_: number;
  /** Updates inside; a parcel without any is nothing to hand out, and is done with when its turn comes. */
  readonly count_: number;
  /** Why it is not forgotten with the others. */
  readonly lasts_: string | undefined;
  /** Consumed. */
  done_(): void;
}

/**
 * `takes`: can the consumer take a parcel now, and is it a parcel for anybody? `hand`: its promise holds the next parcel
 * back. `pumped`: as many as could be were handed out.
 */
export function createQueue<T extends Parcel>(
  takes: (parcel: T) => boolean,
  hand: (parcel: T) => Promise<unknown>,
  pumped: () => void,
) {
  const parcels = new Set<T>(); // a set is a queue that shifts in constant time
  let inHand: T | undefined;

  const self = {
    size_: 0,
    count_: 0,
    first_: (): T | undefined => parcels.values().next().value,

    push_(parcel: T): void {
      parcels.add(parcel);
      weigh(parcel, 1);
      self.pump_();
    },

    pump_(): void {
      for (let parcel; !inHand && (parcel = self.first_()) && takes(parcel); ) {
        parcels.delete(parcel);
        weigh(parcel, -1);
        inHand = parcel;
        if (parcel.count_) void hand(parcel).then(finish).then(self.pump_);
        else finish();
      }
      pumped();
    },

    /** Forgets what waits. */
    clear_(): void {
      for (const parcel of parcels) if (!parcel.lasts_ && parcels.delete(parcel)) weigh(parcel, -1);
    },
  };

  function finish(): void {
    const parcel = inHand;
    inHand = undefined;
    parcel!.done_();
  }

  function weigh({ size_, count_ }: T, sign: number): void {
    self.size_ += sign * size_;
    self.count_ += sign * count_;
  }

  return self;
}
