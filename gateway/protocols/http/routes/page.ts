// The live page: what tools/build-page.ts made of page/. Everything it needs comes from here, and
// its policy allows nothing else.

import { join } from "node:path";
import { RejectCode } from "../../../domain/reject.ts";
import { Refusal } from "../rejects.ts";
import { defineRoute } from "../route.ts";
import type { Route } from "../route.ts";

const DIRECTORY = join(import.meta.dir, "../../../../page/dist");
/** Path → file and its type. */
const FILES = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/page/main.js": ["main.js", "text/javascript; charset=utf-8"],
  "/page/page.css": ["page.css", "text/css; charset=utf-8"],
} as const;

const POLICY = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"],
  ...["img-src data:", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join("; ");
const UNBUILT = "The page is not built: run `npm run setup`";

/** `directory`: where the files are. */
export function pageRoutes(directory = DIRECTORY): Route[] {
  return Object.entries(FILES).map(([path, [name, type]]) =>
    defineRoute({
      ...{ method: "GET", path, access: [], kind: "query", tag: "Reference" },
      summary: "The live page",
      replies: {
        200: { description: "A part of the page" },
        404: { description: UNBUILT },
      },
      handle: () => serve(join(directory, name), type),
    }),
  );
}

async function serve(path: string, type: string): Promise<Response | Refusal> {
  const file = Bun.file(path);
  if (!(await file.exists())) {
    return new Refusal(RejectCode.route_not_found, { detail: UNBUILT });
  }
  const headers = {
    "content-type": type,
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    // A new build shows at once.
    "cache-control": "no-cache",
  };
  return new Response(file, { headers });
}
