// Runs in a Worker: tries to open a core, and to use one of the main thread.

import { addon, codeOf, SEGMENT_BYTES } from "./raw-core.ts";

declare const self: Worker;

self.onmessage = ({ data }: MessageEvent<string>) => {
  self.postMessage({
    open: codeOf(() => addon.open({ dataDirectory: data, segmentBytes: SEGMENT_BYTES }, () => {})),
    read: codeOf(() => addon.read(0)),
  });
};
