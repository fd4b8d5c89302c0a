// The OpenAPI 3.1 document, made of the routes and of the schemas that validate.

import { z } from "zod";
import { rejectByNumber } from "../../domain/reject.ts";
import { PROBLEM_MEDIA_TYPE } from "./rejects.ts";
import type { Route } from "./route.ts";
import { Problem } from "./schemas.ts";

type Json = Record<string, unknown>;

/** Makes the document. */
export function describeApi(routes: readonly Route[], version: string): Json {
  const components: Json = {};
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    paths[route.path] = {
      ...paths[route.path],
      [route.method.toLowerCase()]: describeRoute(route, components),
    };
  }
  const document = {
    openapi: "3.1.0",
    info: {
      title: "openbell",
      version,
      description:
        "An exchange. Prices, quantities and amounts are decimal texts; errors are RFC 9457 " +
        "problem documents with a code. What has ended comes from the history.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: "`ob_<key id>_<secret>`" },
      },
      schemas: components,
    },
  };
  return withSharedReferences(document);
}

function describeRoute(route: Route, components: Json): Json {
  const permissions = route.access.join(" or ");
  const needs = permissions === "" ? "Needs no key." : `Needs a key with ${permissions}.`;
  const body = route.bodyShape ?? route.body;
  const schema = body === undefined ? undefined : toJsonSchema(body, "input", components);
  return {
    operationId: toOperationId(route),
    summary: route.summary,
    description: needs,
    tags: [route.tag],
    security: permissions === "" ? [] : [{ key: [] }],
    parameters: [...pathParameters(route), ...queryParameters(route, components)],
    ...(schema === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema } } } }),
    responses: describeReplies(route, components),
  };
}

/** `GET /api/v1/trading/orders/{order}` → `get_trading_orders_order`. */
function toOperationId({ method, path }: Route): string {
  const words = path.replace(/^\/api\/(v1\/)?/, "").match(/[A-Za-z0-9]+/g) ?? [];
  return [method.toLowerCase(), ...words].join("_");
}

function pathParameters({ params = {} }: Route): Json[] {
  return Object.entries(params).map(([name, description]) => ({
    name,
    in: "path",
    required: true,
    description,
    schema: { type: "string" },
  }));
}

function queryParameters({ query }: Route, components: Json): Json[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = toJsonSchema(query, "input", components);
  // why: JSON Schema of a strict object has these two
  const [fields, names] = [properties as Record<string, Json>, required as string[]];
  return Object.entries(fields).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    required: names.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}

function describeReplies(route: Route, components: Json): Json {
  const replies: Json = {};
  for (const [status, { description, schema }] of Object.entries(route.replies)) {
    const content =
      schema === undefined
        ? {}
        : {
            content: { "application/json": { schema: toJsonSchema(schema, "output", components) } },
          };
    replies[status] = { description, ...content };
  }
  const problem = toJsonSchema(Problem, "output", components);
  for (const status of refusalStatuses(route)) {
    replies[status] = {
      description: "Refused; `name` and `code` say why",
      content: { [PROBLEM_MEDIA_TYPE]: { schema: problem } },
    };
  }
  return replies;
}

/** The statuses with which an endpoint may refuse, from the table of codes. */
export function refusalStatuses(route: Route): string[] {
  const always = [400, 413, 429, 500, 503];
  const byKey = route.access.length > 0 ? [401, 403] : [];
  const byPath = route.params === undefined ? [] : [404];
  const byBody = route.body === undefined ? [] : [404, 408, 415];
  const isCommand = route.kind !== "query";
  const byEngine = isCommand ? Object.values(rejectByNumber).map((row) => row.http) : [];
  const engine = byEngine.filter((status) => [404, 409, 422].includes(status));
  const byQuery = route.query === undefined ? [] : [404];
  const own = route.refusals ?? [];
  const shared = [...always, ...byKey, ...byPath, ...byBody, ...byQuery];
  const statuses = new Set([...shared, ...engine, ...own]);
  return [...statuses].sort((left, right) => left - right).map(String);
}

/** The JSON Schema of `schema`; what has a name goes to `components` and is referred to. */
function toJsonSchema(schema: z.ZodType, io: "input" | "output", components: Json): Json {
  const { $schema, $defs = {}, ...rest } = z.toJSONSchema(schema, { io, override: dropPattern });
  Object.assign(components, $defs);
  return rest;
}

/**
 * A query's integer is read from text by a pattern, which says nothing to those who send a number.
 */
function dropPattern({ jsonSchema }: { jsonSchema: Json }): void {
  if (jsonSchema["type"] === "integer") delete jsonSchema["pattern"];
}

/** JSON Schema keeps shared schemas beside each one, OpenAPI in one place. */
function withSharedReferences(document: Json): Json {
  const text = JSON.stringify(document).replaceAll('"#/$defs/', '"#/components/schemas/');
  // why: it was an object before it was a text
  return JSON.parse(text) as Json;
}
