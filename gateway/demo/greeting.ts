// What a started venue tells the person at the terminal, in plain sight below everything else.

import type { Demo } from "./demo.ts";

export interface Greeting {
  readonly url: string;
  readonly metricsUrl: string;
  /** Host and port of FIX order entry, and of market data. */
  readonly fix: string;
  readonly marketData: string;
  /** Host and port of the binary protocol. */
  readonly binary: string;
  readonly dataDirectory: string;
  readonly durability: string;
  /** What the demo prints is for the person to use. */
  readonly demo: Pick<Demo, "token" | "fixSessions"> | undefined;
}

/** The order that trades at once, as one command line. */
function toCurl(url: string, token: string): string {
  const order = { symbol: "BTC-USDT", side: "BUY", type: "MARKET", quantity: "0.01" };
  return [
    `curl -sS -X POST ${url}/api/v1/trading/orders`,
    `-H 'Authorization: Bearer ${token}'`,
    "-H 'Content-Type: application/json'",
    `-d '${JSON.stringify(order)}'`,
  ].join(" ");
}

/** What a FIX client needs to log on. */
function toFixLines({ fix, marketData }: Greeting, { fixSessions }: Pick<Demo, "fixSessions">) {
  const { venueCompId, orderEntry, marketData: feed, keyId, secret } = fixSessions;
  return [
    "",
    "The same account over FIX 4.4, with any FIX engine:",
    "",
    `  Orders       ${fix}  SenderCompID=${orderEntry}  TargetCompID=${venueCompId}`,
    `  Market data  ${marketData}  SenderCompID=${feed}  TargetCompID=${venueCompId}`,
    `  Logon        Username (553) ${keyId}  Password (554) ${secret}`,
  ];
}

export function greet(greeting: Greeting): string {
  const { url, metricsUrl, dataDirectory, durability, demo } = greeting;
  const lines = [
    "",
    `openbell is ready (durability ${durability}, data in ${dataDirectory})`,
    "",
    `  Page       ${url}/`,
    `  API        ${url}/api/v1`,
    `  Reference  ${url}/docs`,
    `  Health     ${url}/health`,
    `  Metrics    ${metricsUrl}`,
    `  FIX        ${greeting.fix}, market data ${greeting.marketData}`,
    `  Binary     ${greeting.binary}`,
  ];
  if (demo !== undefined) {
    lines.push(
      "",
      "Your key; its account began with 1,000,000 USDT, 10 BTC, 100 ETH and 1,000 SOL:",
      "",
      `  ${demo.token}`,
      ...toFixLines(greeting, demo),
    );
    lines.push("", "Buy 0.01 BTC at once:", "", toCurl(url, demo.token));
  }
  lines.push("", "Stop with Ctrl-C.", "");
  return lines.join("\n");
}
