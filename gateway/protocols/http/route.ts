// What one endpoint is: method, path, who may call it, the schemas of what goes in and out, and
// what it does. The server, the OpenAPI document and the tests walk the same list.

import { z } from "zod";
import { RejectCode } from "../../domain/reject.ts";
import type { Caller, PermissionName } from "../../sessions/authenticator.ts";
import { makeFastCheck } from "./fast-check.ts";
import { parseJson, parseJsonExactly } from "./json.ts";
import { Refusal } from "./rejects.ts";
import type { FieldError } from "./rejects.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What an endpoint is given. Whoever may not call it does not get here. */
export interface Call<Body, Query> {
  readonly caller: Caller;
  /** The path's parameters, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
}

/** A request as the server hands it over: nothing is validated yet. */
export interface RawCall {
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
  /** Parameters given once. */
  readonly query: Readonly<Record<string, string>>;
  /** Empty when the endpoint takes no body. */
  readonly text: string;
}

export type Answer = Response | Refusal | Promise<Response | Refusal>;

interface ReplyShape {
  readonly description: string;
  readonly schema?: z.ZodType;
}

/**
 * How calls are counted against the key. A `query` takes a request at once; a `command` or `cancel`
 * is counted by order entry, and turned away early when its bucket is empty; a `mixed` endpoint
 * tells only from its body which of them it is.
 */
export type CallKind = "query" | "command" | "cancel" | "mixed";

interface RouteSpec<Body, Query> {
  readonly method: Method;
  /** OpenAPI template: `/orders/{order}`. */
  readonly path: string;
  /** Permissions of which the key needs one; none: no key is needed. */
  readonly access: readonly PermissionName[];
  readonly kind: CallKind;
  readonly tag: string;
  readonly summary: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  /** What the document says of the body, when `body` alone does not. */
  readonly bodyShape?: z.ZodType;
  /** JSON numbers of the body stand for their text. */
  readonly readsNumbersExactly?: boolean;
  readonly replies: Readonly<Record<number, ReplyShape>>;
  /** Statuses of refusals beside those that every endpoint of its kind has. */
  readonly refusals?: readonly number[];
  /** The code of a body that does not match; `malformed_request` when it has no better one. */
  readonly codeOf?: (issues: readonly z.core.$ZodIssue[], json: unknown) => RejectCode;
  readonly handle: (call: Call<Body, Query>) => Answer;
}

/** An endpoint, its types folded into `serve`. */
export interface Route extends Omit<RouteSpec<unknown, unknown>, "handle" | "codeOf"> {
  /** Validates and handles. */
  readonly serve: (call: RawCall) => Answer;
}

/** Makes an endpoint. */
export function defineRoute<Body = undefined, Query = undefined>(
  spec: RouteSpec<Body, Query>,
): Route {
  const { handle, codeOf, ...shape } = spec;
  const fastCheck = spec.body === undefined ? undefined : makeFastCheck(spec.body);
  return { ...shape, serve: (raw) => serve(spec, fastCheck, raw) };
}

type FastCheck = ((value: unknown) => boolean) | undefined;

function serve<Body, Query>(
  spec: RouteSpec<Body, Query>,
  fastCheck: FastCheck,
  raw: RawCall,
): Answer {
  const query = validateQuery(spec, raw);
  if (!query.ok) return query.refusal;
  const body = validateBody(spec, fastCheck, raw);
  if (!body.ok) return body.refusal;
  const { caller, params } = raw;
  return spec.handle({ caller, params, query: query.value, body: body.value });
}

type Validated<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly refusal: Refusal };

function validateQuery<Body, Query>(spec: RouteSpec<Body, Query>, raw: RawCall): Validated<Query> {
  const schema = spec.query;
  if (schema === undefined) {
    for (const unknown in raw.query) {
      return malformed(RejectCode.malformed_request, [unknownField(unknown)]);
    }
    // why: without a schema Query is undefined, by the default of defineRoute
    return { ok: true, value: undefined as Query };
  }
  const result = schema.safeParse(raw.query);
  if (result.success) return { ok: true, value: result.data };
  return malformed(RejectCode.malformed_request, toFieldErrors(result.error.issues));
}

function validateBody<Body, Query>(
  spec: RouteSpec<Body, Query>,
  fastCheck: FastCheck,
  raw: RawCall,
): Validated<Body> {
  const schema = spec.body;
  // why: without a schema Body is undefined, by the default of defineRoute
  if (schema === undefined) return { ok: true, value: undefined as Body };
  const json = spec.readsNumbersExactly === true ? parseJsonExactly(raw.text) : parseJson(raw.text);
  if (!json.ok) {
    return malformed(RejectCode.malformed_request, [{ field: "", detail: json.detail }]);
  }
  // why: what passes matches the schema, which would return it unchanged
  if (fastCheck?.(json.value) === true) return { ok: true, value: json.value as Body };
  const result = schema.safeParse(json.value);
  if (result.success) return { ok: true, value: result.data };
  const { issues } = result.error;
  const code = spec.codeOf?.(issues, json.value) ?? RejectCode.malformed_request;
  return malformed(code, toFieldErrors(issues));
}

/** The refusal of a body that an endpoint validates itself. */
export function malformedBody(
  code: RejectCode,
  { error }: { readonly error?: z.ZodError | undefined },
): Refusal {
  return new Refusal(code, { errors: toFieldErrors(error?.issues ?? []) });
}

function malformed(
  code: RejectCode,
  errors: readonly FieldError[],
): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: new Refusal(code, { errors }) };
}

/** Most fields that one answer complains about. */
const ERRORS_MAX = 20;
/** Longest name of a client's field that is repeated to it. */
const FIELD_LENGTH_MAX = 64;

function toFieldErrors(issues: readonly z.core.$ZodIssue[]): FieldError[] {
  const errors = issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => unknownField([...path, key].join(".")));
    }
    return [{ field: path.join(".").slice(0, FIELD_LENGTH_MAX), detail: issue.message }];
  });
  return errors.slice(0, ERRORS_MAX);
}

function unknownField(field: string): FieldError {
  return { field: field.slice(0, FIELD_LENGTH_MAX), detail: "No such field" };
}
