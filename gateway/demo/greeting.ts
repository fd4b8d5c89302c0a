// What a started venue tells the person at the terminal, in plain sight below everything else.

export interface Greeting {
  readonly url: string;
  readonly metricsUrl: string;
  readonly dataDirectory: string;
  readonly durability: string;
  /** Present in the demo: the token that its printed order uses. */
  readonly token?: string | undefined;
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

export function greet({ url, metricsUrl, dataDirectory, durability, token }: Greeting): string {
  const lines = [
    "",
    `openbell is ready (durability ${durability}, data in ${dataDirectory})`,
    "",
    `  Page       ${url}/`,
    `  API        ${url}/api/v1`,
    `  Reference  ${url}/docs`,
    `  Health     ${url}/health`,
    `  Metrics    ${metricsUrl}`,
  ];
  if (token !== undefined) {
    lines.push(
      "",
      "Your key; its account began with 1,000,000 USDT, 10 BTC, 100 ETH and 1,000 SOL:",
      "",
      `  ${token}`,
    );
    lines.push("", "Buy 0.01 BTC at once:", "", toCurl(url, token));
  }
  lines.push("", "Stop with Ctrl-C.", "");
  return lines.join("\n");
}
