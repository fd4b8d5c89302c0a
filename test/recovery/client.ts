// A client of a venue that may die at any moment: it has a whole answer, or none.

import { JsonObject } from "./json-object.ts";

export interface Answer {
  readonly status: number;
  readonly body: JsonObject;
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export class Client {
  readonly #token: string;
  #url = "";

  constructor(token: string, url = "") {
    this.#token = token;
    this.#url = url;
  }

  /** The venue is up again, elsewhere. */
  connect(url: string): void {
    this.#url = url;
  }

  /** Asks. Returns nothing when the venue went away before its answer was whole. */
  async ask(method: Method, path: string, body?: object): Promise<Answer | undefined> {
    const headers = { authorization: `Bearer ${this.#token}`, "content-type": "application/json" };
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.#url}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      text = await response.text();
    } catch {
      return undefined;
    }
    return { status: response.status, body: JsonObject.parse(text) };
  }

  /** Asks a venue that is up. Errors: throws when there is no answer, or one of another status. */
  async need(method: Method, path: string, body?: object): Promise<JsonObject> {
    const answer = await this.ask(method, path, body);
    if (answer === undefined) throw new Error(`${method} ${path}: no answer`);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${describe(answer)}`);
    return answer.body;
  }
}

/** An answer in one line, for a failing test. */
export function describe({ status, body }: Answer): string {
  return `${status} ${JSON.stringify(body.fields)}`;
}
