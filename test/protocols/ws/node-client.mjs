// The stock client under Node: follows a book and an account with the `ws` package, over venues
// that come and go, and prints what it has built when asked.
//
// stdin: `connect <url>`, `show`; stdout: one JSON document per `show`, and `gone` when a
// connection ended.

import { createInterface } from "node:readline";
import WebSocket from "ws";

const [token, symbol] = process.argv.slice(2);
const book = { bids: new Map(), asks: new Map() };
const orders = new Map();
const balances = new Map();
const executions = [];
const state = { bookSequence: 0, lastSequence: 0, balancesSequence: 0, holes: 0, snapshots: 0 };
state.executionsSequence = 0;

function put(side, levels) {
  for (const [price, quantity] of levels) {
    if (Number(quantity) === 0) side.delete(price);
    else side.set(price, quantity);
  }
}

function applyBook(message) {
  if (message.type === "snapshot") {
    book.bids.clear();
    book.asks.clear();
    state.snapshots += 1;
  } else if (message.previous_last_sequence !== state.lastSequence) state.holes += 1;
  state.lastSequence = message.last_sequence;
  state.bookSequence = message.sequence ?? message.last_sequence;
  put(book.bids, message.bids);
  put(book.asks, message.asks);
}

function applyOrders(message) {
  if (message.type === "snapshot") orders.clear();
  for (const order of message.orders) {
    if (order.status >= 3) orders.delete(order.order_id);
    else orders.set(order.order_id, order.filled);
  }
}

function applyBalances(message) {
  if (message.type === "snapshot") balances.clear();
  for (const balance of message.balances) balances.set(balance.currency, balance);
  state.balancesSequence = message.sequence;
}

function applyExecutions(message) {
  executions.push(...message.executions.map((execution) => execution.trade_id));
  state.executionsSequence = message.sequence;
}

function connect(url) {
  const socket = new WebSocket(url);
  const send = (request) => socket.send(JSON.stringify(request));
  socket.on("open", () => {
    state.extensions = socket.extensions;
    send({ op: "login", token });
    send({ op: "subscribe", channels: [`book:${symbol}`, "orders", "balances"] });
    // Fills have no state: what was missed must be told.
    const resume =
      state.executionsSequence === 0 ? {} : { from_sequence: state.executionsSequence };
    send({ op: "subscribe", channels: ["executions"], ...resume });
  });
  socket.on("message", (data) => {
    const message = JSON.parse(data.toString());
    if (message.ok === false) throw new Error(data.toString());
    if (message.channel === `book:${symbol}`) applyBook(message);
    else if (message.channel === "orders") applyOrders(message);
    else if (message.channel === "balances") applyBalances(message);
    else if (message.channel === "executions") applyExecutions(message);
  });
  socket.on("error", () => {});
  socket.on("close", () => process.stdout.write("gone\n"));
}

function show() {
  const sides = { bids: [...book.bids], asks: [...book.asks] };
  const account = { orders: [...orders], balances: [...balances.values()], executions };
  process.stdout.write(`${JSON.stringify({ ...state, ...sides, ...account })}\n`);
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const [word, url] = line.split(" ");
  if (word === "connect") connect(url);
  else show();
});
