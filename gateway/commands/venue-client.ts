// Talks to a running venue over its own HTTP API, as the operator's commands do.

/** The venue said no, or did not answer. Its message is one sentence for the operator. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Exit codes of all commands, as docs/operating.md lists them. */
export const ExitCode = { done: 0, failed: 1, usage: 2, unreachable: 3 } as const;

/** How long the venue may take to answer: longer than its own request timeout. */
const ANSWER_MS_MAX = 30_000;

export class VenueClient {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** Returns the parsed answer. Errors: throws `CommandFailure` for a refusal or no answer. */
  async call(method: string, path: string, body?: object): Promise<unknown> {
    const headers = { authorization: `Bearer ${this.#token}`, "content-type": "application/json" };
    let response: Response;
    try {
      response = await fetch(`${this.#url}${path}`, {
        method,
        headers,
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch {
      throw new CommandFailure(
        `no venue answers at ${this.#url}: start it with \`openbell start\`, ` +
          "or name its data directory with --data-directory",
        ExitCode.unreachable,
      );
    }
    const text = await response.text();
    const answer = parseJson(text);
    if (response.ok) return answer;
    throw new CommandFailure(describeProblem(response.status, answer), ExitCode.failed);
  }
}

function parseJson(text: string): unknown {
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    return {};
  }
}

/** One line of a problem document: name, detail and what each field lacks. */
function describeProblem(status: number, problem: unknown): string {
  const texts: string[] = [];
  if (typeof problem === "object" && problem !== null) {
    if ("name" in problem) texts.push(String(problem.name));
    if ("detail" in problem) texts.push(String(problem.detail));
    if ("errors" in problem && Array.isArray(problem.errors)) {
      texts.push(...problem.errors.map((each: unknown) => JSON.stringify(each)));
    }
  }
  return `refused with status ${status}: ${texts.join(": ") || "no reason given"}`;
}
