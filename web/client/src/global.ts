// The build for a script tag: `tailrace.connect(…)`.
import { connect } from "./index.js";

Object.assign(globalThis, { tailrace: { connect } });
