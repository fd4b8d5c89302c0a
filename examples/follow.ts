// Follows a book and the own balances, over restarts of the venue:
// `.toolchain/node_modules/.bin/bun examples/follow.ts http://127.0.0.1:8080 BTC-USDT <key>`

const [url = "http://127.0.0.1:8080", symbol = "BTC-USDT", token] = process.argv.slice(2);
const book = { bids: new Map<string, string>(), asks: new Map<string, string>() };
const print = (line: string) => process.stdout.write(`${line}\n`);

function follow(): void {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/ws`);
  const send = (request: object) => socket.send(JSON.stringify(request));
  socket.addEventListener("open", () => {
    if (token !== undefined) send({ op: "login", token });
    send({ op: "subscribe", channels: [`book:${symbol}`, ...(token ? ["balances"] : [])] });
  });
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data));
    if (message.ok === false) print(`refused: ${message.error.detail}`);
    if (message.channel === "balances") print(`balances ${JSON.stringify(message.balances)}`);
    if (message.channel !== `book:${symbol}`) return;
    for (const side of ["bids", "asks"] as const) {
      if (message.type === "snapshot") book[side].clear();
      for (const [price, quantity] of message[side]) {
        if (Number(quantity) === 0) book[side].delete(price);
        else book[side].set(price, quantity);
      }
    }
    const [bid, ask] = [Math.max(...toPrices(book.bids)), Math.min(...toPrices(book.asks))];
    print(`book at ${message.sequence ?? message.last_sequence}: ${bid} / ${ask}`);
  });
  // Everything begins with a snapshot again, so nothing need be remembered.
  socket.addEventListener("close", () => setTimeout(follow, 500));
}

function toPrices(side: ReadonlyMap<string, string>): number[] {
  return [...side.keys()].map(Number);
}

follow();
