// What has arrived and is not consumed yet, handed out one parcel at a time: the next one waits until the one in hand
// is done with.

export interface Parcel {
  /** Characters on the wire. */
  readonly size_: number;
  /** Updates inside; a parcel without any is nothing to hand out, and is done with when its turn comes. */
  readonly count_: number;
  /** Consumed. */
  done_(): void;
}

export interface Consumer<T> {
  /** Can it take a parcel now, and is it a parcel for anybody? */
  takes_(parcel: T): boolean;
  /** The promise holds the next parcel back. */
  hand_(parcel: T): Promise<unknown>;
  /** As many as could be were handed out. */
  pumped_(): void;
}

export function createQueue<T extends Parcel>(consumer: Consumer<T>) {
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
      for (let parcel; !inHand && (parcel = self.first_()) && consumer.takes_(parcel); ) {
        parcels.delete(parcel);
        weigh(parcel, -1);
        inHand = parcel;
        if (parcel.count_) void consumer.hand_(parcel).then(finish).then(self.pump_);
        else finish();
      }
      consumer.pumped_();
    },

    /** Forgets what waits. */
    clear_(): void {
      parcels.clear();
      self.size_ = self.count_ = 0;
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
