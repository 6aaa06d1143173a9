// What has arrived and is not consumed yet, handed out one parcel at a time: to a loop that asks for each, or to
// whoever listens. The next one waits until the one in hand is done with.

export interface Parcel {
  /** Characters on the wire. */
  readonly size_: number;
  /** Updates inside; a parcel without any is nothing to hand out, and is done with when its turn comes. */
  readonly count_: number;
}

export interface Consumer<T> {
  /** Is anybody there to take a parcel? */
  listens_(): boolean;
  /** A promise holds the next parcel back. */
  hand_(parcel: T): Promise<unknown> | undefined;
  /** Consumed. */
  done_(parcel: T): void;
  /** As many as could be were handed out. */
  pumped_(): void;
}

interface Loop<T> {
  resolve_(parcel: T | undefined): void;
  reject_(error: unknown): void;
}

export class Queue<T extends Parcel> {
  size_ = 0;
  count_ = 0;
  paused_ = false;
  /** A loop consumes; listeners get nothing. */
  looping_ = false;

  private readonly parcels_ = new Set<T>(); // a set is a queue that shifts in constant time
  private inHand_: T | undefined;
  private loop_: Loop<T> | undefined;
  private ended_: { error_?: unknown } | undefined;

  constructor(private readonly consumer_: Consumer<T>) {}

  get first_(): T | undefined {
    return this.parcels_.values().next().value;
  }

  push_(parcel: T): void {
    this.parcels_.add(parcel);
    this.weigh_(parcel, 1);
    this.pump_();
  }

  /** A loop is done with what it has and wants the next; nothing at the end. */
  pull_(): Promise<T | undefined> {
    this.finish_(this.inHand_);
    return new Promise((resolve_, reject_) => {
      this.loop_ = { resolve_, reject_ };
      this.pump_();
    });
  }

  pump_(): void {
    while (!this.paused_ && !this.inHand_) {
      const parcel = this.first_;
      if (!parcel) {
        this.conclude_();
        break;
      }
      if (parcel.count_ && !(this.looping_ ? this.loop_ : this.consumer_.listens_())) break;
      this.parcels_.delete(parcel);
      this.weigh_(parcel, -1);
      if (parcel.count_) this.handOut_(parcel);
      else this.consumer_.done_(parcel);
    }
    this.consumer_.pumped_();
  }

  /** Forgets what waits. */
  clear_(): void {
    this.parcels_.clear();
    this.size_ = this.count_ = 0;
  }

  /** After what waits a loop ends, or throws. */
  end_(error?: unknown): void {
    this.ended_ ??= { error_: error };
    this.pump_();
  }

  private handOut_(parcel: T): void {
    this.inHand_ = parcel;
    const loop = this.loop_;
    this.loop_ = undefined;
    if (loop) return loop.resolve_(parcel);
    const pending = this.consumer_.hand_(parcel);
    if (!pending) return this.finish_(parcel);
    void pending.then(() => {
      this.finish_(parcel);
      this.pump_();
    });
  }

  private finish_(parcel: T | undefined): void {
    this.inHand_ = undefined;
    if (parcel) this.consumer_.done_(parcel);
  }

  private conclude_(): void {
    const loop = this.loop_;
    if (!this.ended_ || !loop) return;
    this.loop_ = undefined;
    if (this.ended_.error_) loop.reject_(this.ended_.error_);
    else loop.resolve_(undefined);
    this.ended_ = {}; // an error is thrown once
  }

  private weigh_({ size_, count_ }: T, sign: number): void {
    this.size_ += sign * size_;
    this.count_ += sign * count_;
  }
}
