// The API described by itself: the document, and a page that shows it. Everything the page needs
// comes from here, so it works without a network, and its policy forbids anything else.

import { fileURLToPath } from "node:url";
import { z } from "zod";
import { defineRoute } from "../route.ts";
import type { Route } from "../route.ts";
import { describeApi } from "../openapi.ts";

const PUBLIC_QUERY = { method: "GET", access: [], kind: "query", tag: "Reference" } as const;
const ASSETS = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
} as const;
type AssetName = keyof typeof ASSETS;

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>openbell API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;
/** Shows the document. Without a validator: it would send the document to a stranger. */
const START = `SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  validatorUrl: null,
});
`;
const POLICY = [
  ...["default-src 'none'", "script-src 'self'", "connect-src 'self'", "img-src 'self' data:"],
  // The page's own library sets styles on elements.
  ...["style-src 'self' 'unsafe-inline'", "base-uri 'none'", "form-action 'none'"],
  "frame-ancestors 'none'",
].join("; ");

/** `routes`: all others, which the document describes. */
export function docsRoutes(routes: readonly Route[], version: string): Route[] {
  const described = [...routes, documentRoute(() => "")];
  let document: string | undefined;
  return [
    documentRoute(() => (document ??= JSON.stringify(describeApi(described, version)))),
    pageRoute("/docs", "text/html; charset=utf-8", () => PAGE),
    pageRoute("/docs/start.js", "text/javascript; charset=utf-8", () => START),
    ...assetRoutes(),
  ];
}

function documentRoute(text: () => string): Route {
  return defineRoute({
    ...{ ...PUBLIC_QUERY, path: "/openapi.json", summary: "This document" },
    replies: { 200: { description: "OpenAPI 3.1", schema: z.looseObject({}) } },
    handle: () => new Response(text(), { headers: headersOf("application/json") }),
  });
}

function pageRoute(path: string, type: string, text: () => string): Route {
  return defineRoute({
    ...{ ...PUBLIC_QUERY, path, summary: "The reference page" },
    replies: { 200: { description: "A part of the page" } },
    handle: () => new Response(text(), { headers: headersOf(type) }),
  });
}

function assetRoutes(): Route[] {
  // why: the keys of ASSETS are its names
  return (Object.keys(ASSETS) as AssetName[]).map((name) =>
    defineRoute({
      ...{ ...PUBLIC_QUERY, path: `/docs/${name}`, summary: "The reference page" },
      replies: { 200: { description: "A part of the page" } },
      handle: () => {
        const path = fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`));
        return new Response(Bun.file(path), { headers: headersOf(ASSETS[name]) });
      },
    }),
  );
}

function headersOf(type: string): Record<string, string> {
  return {
    "content-type": type,
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  };
}
