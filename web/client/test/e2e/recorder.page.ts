// The recorder as a script for pages and Workers; `run` starts a client of the library that a script tag brought.
import { Recorder } from "./recorder.js";

declare const tailrace: { connect: ConstructorParameters<typeof Recorder>[0] };

const scope = globalThis as any;

scope.run = (url: string, channel: string, options: object) => {
  scope.recorder = new Recorder(tailrace.connect, WebSocket, url, channel, options).listen();
};

// In a Worker: { run: […] } starts, { ask: … } is answered by the record or by whether it has reached the ends.
if (typeof document === "undefined") {
  scope.onmessage = ({ data: { run, record, ends } }: MessageEvent) => {
    if (run) scope.run(...run);
    else if (record) scope.postMessage(scope.recorder.record());
    else scope.postMessage(scope.recorder.hasReached(ends));
  };
}
