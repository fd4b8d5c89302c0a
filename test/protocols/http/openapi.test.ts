import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { parseDecimal } from "../../../gateway/domain/decimal.ts";
import { Decimal, NewOrder } from "../../../gateway/protocols/http/schemas.ts";
import { isClientOrderId } from "../../../gateway/protocols/http/codec.ts";
import { openMarket } from "./http-venue.ts";
import type { Market } from "./http-venue.ts";

type Json = Readonly<Record<string, unknown>>;

let market: Market;
let document: Json;

beforeAll(async () => {
  market = await openMarket();
  document = await market.venue.get("GET", "/openapi.json");
});
afterAll(() => market.venue.stop());

function asObject(value: unknown): Json {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** Every value under `key`, anywhere in a document. */
function findAll(value: unknown, key: string): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    name === key ? [each, ...findAll(each, key)] : findAll(each, key),
  );
}

/** Parts of the two pages are not described. */
function isPage(path: string): boolean {
  return path === "/" || path.startsWith("/page/") || path.startsWith("/docs");
}

describe("the OpenAPI document", () => {
  test("has every endpoint but the parts of the pages, and no other", () => {
    const described = Object.entries(asObject(document["paths"])).flatMap(([path, methods]) =>
      Object.keys(asObject(methods)).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const served = market.venue.routes
      .filter((route) => !isPage(route.path))
      .map((route) => `${route.method} ${route.path}`);
    expect(described.toSorted()).toEqual(served.toSorted());
    expect(document["openapi"]).toBe("3.1.0");
  });

  test("refers to nothing that it does not have, and names each operation once", () => {
    const components = asObject(asObject(document["components"])["schemas"]);
    for (const reference of findAll(document, "$ref")) {
      const name = String(reference).replace("#/components/schemas/", "");
      expect(Object.keys(components)).toContain(name);
    }
    const ids = findAll(document["paths"], "operationId");
    expect(new Set(ids).size).toBe(ids.length);
    expect(JSON.stringify(document)).not.toContain("$defs");
  });

  test("describes every parameter of a path, and asks for a key where one is needed", () => {
    for (const route of market.venue.routes) {
      const names = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      expect(Object.keys(route.params ?? {})).toEqual(names.map(String));
      const operation = asObject(
        asObject(asObject(document["paths"])[route.path])[route.method.toLowerCase()],
      );
      if (isPage(route.path)) continue;
      expect(operation["security"]).toEqual(route.access.length === 0 ? [] : [{ key: [] }]);
      const refusals = Object.keys(asObject(operation["responses"]));
      expect(refusals).toContain("429");
      if (route.access.length > 0) expect(refusals).toContain("401");
    }
  });

  test("holds examples that its own schemas take", () => {
    const examples = NewOrder.meta()?.["examples"];
    expect(examples).toHaveLength(2);
    for (const example of Array.isArray(examples) ? examples : []) NewOrder.parse(example);
  });

  test.each([
    "1",
    "0.50",
    "-1",
    "",
    ".5",
    "5.",
    "+1",
    "1e5",
    "1,0",
    " 1",
    "9".repeat(40),
    "9".repeat(41),
  ])("tells of the number %j what the parser does", (text) => {
    const { pattern = "", maxLength = 0 } = { ...Decimal.meta() };
    const isTold = new RegExp(String(pattern)).test(text) && text.length <= Number(maxLength);
    expect(parseDecimal(text).ok).toBe(isTold);
  });

  test.each([
    "a",
    "A-1:x/~",
    "a b",
    'a"',
    "a,b",
    "a'b",
    "a`b",
    "x".repeat(65),
    "é",
    "\u007f",
    "[a]",
  ])("tells of the client order id %j what the parser does", (text) => {
    const { client_order_id: field } = NewOrder.shape;
    const { pattern = "" } = { ...field.unwrap().meta() };
    expect(isClientOrderId(text)).toBe(new RegExp(String(pattern)).test(text));
  });
});

describe("the reference page", () => {
  test("is served with all it needs, and allowed nothing from elsewhere", async () => {
    const { address } = market.venue.server;
    const page = await fetch(`${address}/docs`);
    const html = await page.text();
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("http");
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(links).toHaveLength(3);
    for (const link of links) {
      expect(link).toStartWith("/docs/");
      const part = await fetch(address + link);
      expect(part.status).toBe(200);
      expect(part.headers.get("content-type")).toMatch(/^text\/(css|javascript); charset=utf-8$/);
      expect((await part.text()).length).toBeGreaterThan(50);
    }
  });
});
