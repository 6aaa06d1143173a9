// What is asked of the bridge once: kept until answered, asked again on the next connection.
import { Backoff } from "./backoff.js";
import type { Connection, Rider } from "./connection.js";
import { answered, type Failure } from "./errors.js";
import type { Cancel, Host } from "./host.js";
import type { Frame } from "./wire.js";

/** Added to the backoff of a question that the bridge could not answer now. */
interface Question {
  readonly op_: Frame;
  id_: number;
  readonly backoff_: Backoff;
  cancel_?: Cancel;
  resolve_(answer: any): void;
  reject_(failure: Failure): void;
}

export class Questions implements Rider {
  private readonly open_ = new Set<Question>();

  constructor(
    private readonly connection_: Connection,
    private readonly host_: Host,
  ) {
    connection_.riders_.set("", this); // no channel has an empty name
  }

  ask_(op: Frame): Promise<any> {
    return new Promise((resolve_, reject_) => {
      const question = { op_: op, id_: 0, backoff_: new Backoff(), resolve_, reject_ };
      this.open_.add(question);
      this.connection_.open_();
      if (this.connection_.isOpen_) this.send_(question);
    });
  }

  opened_(): void {
    for (const question of this.open_) this.send_(question);
  }

  answer_(frame: Frame): boolean {
    const question = frame.id && [...this.open_].find(({ id_ }) => id_ === frame.id);
    if (!question) return false;
    if (frame.error?.retry) this.later_(question);
    else this.settle_(question, frame);
    return true;
  }

  ended_(failure: Failure): void {
    for (const question of this.open_) this.settle_(question, { failure });
  }

  changed_(): void {
    if (this.connection_.isOpen_) return;
    for (const question of this.open_) question.cancel_?.();
  }

  data_(): void {}
  authenticated_(): void {}

  private send_(question: Question): void {
    question.id_ = this.connection_.send_(question.op_);
  }

  private later_(question: Question): void {
    question.cancel_ = this.host_.after(question.backoff_.next_(this.host_.random()), () => this.send_(question));
  }

  private settle_(question: Question, { error, failure, ...answer }: Frame): void {
    question.cancel_?.();
    this.open_.delete(question);
    if (error) failure = answered(error.code, error.message, error.retry);
    if (failure) question.reject_(failure);
    else question.resolve_(answer[question.op_.op]);
  }
}
