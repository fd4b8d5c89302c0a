/**
 * The route that order placement is compared with: hono on `Bun.serve`, JSON in, JSON out, nothing
 * between. Its answer has the length of the product's.
 *
 * Prints its port; runs until it is killed.
 */
import { Hono } from "hono";

const [path = "/", answerText = "{}"] = process.argv.slice(2);
const answer: unknown = JSON.parse(answerText);
const app = new Hono();
app.post(path, async (context) => {
  const body: unknown = await context.req.json();
  if (typeof body !== "object") return context.json({ error: "no object" }, 400);
  return context.json(answer, 201);
});
const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: app.fetch });
process.stdout.write(`${server.port}\n`);
