// The page's end of the Worker: typed messages, and a place where a Worker that failed is told.
import type { FromWorker, ToWorker } from "../messages.ts";

export class EngineHandle {
  private readonly worker: Worker;

  constructor(url: string, heard: (message: FromWorker) => void, failed: (reason: string) => void) {
    this.worker = new Worker(url, { type: "module", name: "tailrace" });
    this.worker.onmessage = ({ data }: MessageEvent<FromWorker>) => heard(data);
    this.worker.onerror = event => failed(event.message || "The Worker could not be started.");
  }

  tell(command: ToWorker): void {
    this.worker.postMessage(command);
  }
}
