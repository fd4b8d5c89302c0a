"""The stock client under Python: follows a book and an account with the `websockets` package.

Over venues that come and go it takes up the account where it was left, and prints what it has built
when asked. stdin: `connect <url>`, `show`; stdout: one JSON document per `show`, and `gone` when a
connection ended.
"""

import asyncio
import json
import sys
from decimal import Decimal

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

TOKEN, SYMBOL = sys.argv[1:]
BOOK = f"book:{SYMBOL}"
PRIVATE = ("orders", "executions", "balances")
FINAL_STATUS = 3

book = {"bids": {}, "asks": {}}
orders = {}
balances = {}
executions = []
# Channel -> the last sequence of it.
seen = {}
state = {"bookSequence": 0, "lastSequence": 0, "holes": 0, "snapshots": 0, "privateSnapshots": 0}


def apply_book(message):
    if message["type"] == "snapshot":
        book["bids"].clear()
        book["asks"].clear()
        state["snapshots"] += 1
    elif message["previous_last_sequence"] != state["lastSequence"]:
        state["holes"] += 1
    state["lastSequence"] = message["last_sequence"]
    state["bookSequence"] = message.get("sequence", message["last_sequence"])
    for side, levels in book.items():
        for price, quantity in message[side]:
            if Decimal(quantity) == 0:
                levels.pop(price, None)
            else:
                levels[price] = quantity


def apply_account(channel, message):
    if message["sequence"] <= seen.get(channel, -1):
        raise ValueError(f"told before: {message}")
    seen[channel] = message["sequence"]
    if message["type"] == "snapshot":
        state["privateSnapshots"] += 1
        {"orders": orders, "balances": balances}.get(channel, {}).clear()
    if channel == "executions":
        executions.extend(each["trade_id"] for each in message["executions"])
    elif channel == "balances":
        balances.update((each["currency"], each) for each in message["balances"])
    else:
        for order in message["orders"]:
            if order["status"] >= FINAL_STATUS:
                orders.pop(order["order_id"], None)
            else:
                orders[order["order_id"]] = order["filled"]


def apply(text):
    message = json.loads(text)
    if message.get("ok") is False:
        raise ValueError(text)
    channel = message.get("channel")
    if channel == BOOK:
        apply_book(message)
    elif channel in PRIVATE:
        apply_account(channel, message)


async def follow(url):
    async with connect(url) as socket:
        send = lambda request: socket.send(json.dumps(request))
        await send({"op": "login", "token": TOKEN})
        await send({"op": "subscribe", "channels": [BOOK]})
        for channel in PRIVATE:
            resume = {"from_sequence": seen[channel]} if channel in seen else {}
            await send({"op": "subscribe", "channels": [channel], **resume})
        try:
            async for text in socket:
                apply(text)
        except ConnectionClosed:
            pass
    print("gone", flush=True)


def show():
    sides = {side: list(levels.items()) for side, levels in book.items()}
    account = {"orders": list(orders.items()), "balances": list(balances.values())}
    sequences = {f"{name}Sequence": seen.get(name, 0) for name in ("balances", "executions")}
    shown = {**state, **sequences, **sides, **account, "executions": executions}
    # As JavaScript writes it, so that texts can be compared.
    print(json.dumps(shown, separators=(",", ":")), flush=True)


async def main():
    task = None
    while line := await asyncio.to_thread(sys.stdin.readline):
        if line.startswith("connect "):
            task = asyncio.create_task(follow(line.split()[1]))
        elif task is not None and task.done() and task.exception() is not None:
            raise task.exception()
        else:
            show()


asyncio.run(main())
