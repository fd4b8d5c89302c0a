// The test acceptor as a process of its own, on any free port.

import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");

export async function startAcceptor(
  sender: string,
  targets: string,
  flags: readonly string[] = [],
): Promise<{ readonly child: Bun.Subprocess; readonly port: number }> {
  const words = ["fix-acceptor", "--port", "0", "--sender", sender, "--target", targets, ...flags];
  const child = Bun.spawn([process.execPath, "gateway/main.ts", ...words], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const { value } = await child.stdout.getReader().read();
  const line = new TextDecoder().decode(value);
  return { child, port: Number(/:(\d+)/.exec(line)?.[1] ?? Number.NaN) };
}
