import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RejectCode, rejectByNumber } from "../../domain/reject.ts";
import { problem, PROBLEM_MEDIA_TYPE, Refusal, throttledFor } from "./rejects.ts";

const VECTORS = join(import.meta.dir, "../../../test/vectors/rejects/http.json");

test("every code of the table makes the problem that its vector shows", async () => {
  const vectors: unknown = JSON.parse(readFileSync(VECTORS, "utf8"));
  const made: Record<string, unknown> = {};
  for (const { number, name } of Object.values(rejectByNumber)) {
    const response = problem(number);
    expect(response.headers.get("content-type")).toBe(PROBLEM_MEDIA_TYPE);
    expect(response.headers.get("cache-control")).toBe("no-store");
    made[name] = { status: response.status, body: await response.json() };
  }
  expect(made).toEqual({ ...(typeof vectors === "object" ? vectors : {}) });
});

test("what may succeed later says when", () => {
  expect(problem(RejectCode.core_unavailable).headers.get("retry-after")).toBe("1");
  expect(problem(RejectCode.account_table_full).headers.get("retry-after")).toBeNull();
  const { code, details } = throttledFor(2_000_001);
  expect(problem(code, details).headers.get("retry-after")).toBe("3");
  expect(throttledFor(0).details.retryAfterSeconds).toBe(1);
});

test("details, field errors and further members stand in the document", async () => {
  const errors = [{ field: "price", detail: "Off" }];
  const { code, details } = new Refusal(RejectCode.malformed_request, {
    detail: "Price is off",
    errors,
    members: { sequence: 7 },
  });
  expect(await problem(code, details).json()).toMatchObject({
    detail: "Price is off",
    errors,
    sequence: 7,
  });
});

test("headers follow from the details", () => {
  const allowed = problem(RejectCode.method_not_allowed, { allow: "GET, HEAD" });
  expect(allowed.headers.get("allow")).toBe("GET, HEAD");
  const closing = problem(RejectCode.body_too_large, { closesConnection: true });
  expect(closing.headers.get("connection")).toBe("close");
  expect(problem(RejectCode.not_logged_in).headers.get("www-authenticate")).toStartWith("Bearer");
});
