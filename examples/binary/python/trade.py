"""Trades over the binary protocol, and misses nothing when a connection or the venue breaks:
`python -u trade.py PORT KEY SESSION [NEXT_NUMBER]`, then `buy|sell INSTRUMENT LOTS TICKS` or
`cancel ORDER_ID` on standard input."""

import importlib, os, select, socket, sys, time
from flatbuffers import Builder

schema = importlib.import_module("generated.order-entry_generated")
HEARTBEAT_S = 1
port, key, session = int(sys.argv[1]), sys.argv[2], sys.argv[3]
next_number = int(sys.argv[4]) if len(sys.argv) > 4 else 1
reference = time.time_ns() // 1000  # beyond those of earlier runs
text, has_input_ended = b"", False


def frame(body):
    body_type = getattr(schema.ClientBody, type(body).__name__[:-1])
    builder = Builder(256)
    builder.FinishSizePrefixed(schema.ClientMessageT(body_type, body).Pack(builder))
    return bytes(builder.Output())


def to_request(line):
    global reference
    reference += 1
    word, *numbers = line.decode().split()
    if word == "cancel":
        return schema.CancelOrderT(int(numbers[0]), requestRef=reference)
    instrument, lots, ticks = map(int, numbers)
    side = schema.Side.Buy if word == "buy" else schema.Side.Sell
    terms = schema.OrderType.Limit, schema.TimeInForce.Gtc, 0, ticks, lots
    return schema.NewOrderT(instrument, side, *terms, clientRef=reference)


def hear(name, number, body):
    global next_number
    next_number = number + 1 if number else next_number
    if name == "LoginAccepted":
        for each in body.instruments:
            tick = f"{each.tickMantissa}e-{each.tickExponent}"
            print(f"{each.symbol.decode()}: instrument {each.id}, tick {tick}, lot {each.lotSize}")
    elif name != "Heartbeat":
        fields = {key: getattr(value, "low", value) for key, value in vars(body).items()}
        print(f"#{number} {name}", *(f"{key}={value}" for key, value in fields.items()))
    if name == "LoginRejected":
        sys.exit(1)
    if name == "EndOfSession" and body.reason != schema.EndReason.VenueStopping:
        sys.exit(0)


def trade(connection):
    """Until the connection breaks."""
    global text, has_input_ended
    output = frame(schema.LoginT(1, key, session, next_number, False, HEARTBEAT_S * 1000, True))
    received, is_logged_in, heard_s, sent_s = b"", False, time.monotonic(), 0
    while time.monotonic() < heard_s + 5 * HEARTBEAT_S:
        if output or time.monotonic() > sent_s + HEARTBEAT_S / 2:
            connection.sendall(output or frame(schema.HeartbeatT()))
            output, sent_s = b"", time.monotonic()
        inputs = [connection, 0] if is_logged_in and not has_input_ended else [connection]
        readable = select.select(inputs, [], [], HEARTBEAT_S / 2)[0]
        if connection in readable:
            chunk, heard_s = connection.recv(65536), time.monotonic()
            if not chunk:
                return
            received += chunk
            while len(received) >= (end := 4 + int.from_bytes(received[:4], "little")):
                message = schema.ServerMessageT.InitFromPackedBuf(received[4:end])
                received, name = received[end:], type(message.body).__name__[:-1]
                hear(name, message.number, message.body)
                is_logged_in = True
        if 0 in readable:
            chunk = os.read(0, 65536)
            *lines, text = (text + chunk).split(b"\n")
            output = b"".join(frame(to_request(line)) for line in lines)
            if not chunk:
                output, has_input_ended = frame(schema.LogoutT()), True


while True:
    try:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            trade(connection)
    except OSError:
        pass
    time.sleep(0.2)
