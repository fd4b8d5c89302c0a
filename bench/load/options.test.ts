import { expect, test } from "bun:test";
import { MIX_DEFAULT } from "./mix.ts";
import { readOptions } from "./options.ts";

const noFile = (): string => "";

test("without words about it a load is a short closed loop over HTTP", () => {
  const options = readOptions(["--key", "ob_1_2"], noFile);
  expect(options).toMatchObject({
    ...{ protocol: "http", url: "http://127.0.0.1:8080", key: "ob_1_2", rate: 0, inFlight: 1 },
    ...{ sessions: 4, seconds: 10, warmUpSeconds: 2, mix: MIX_DEFAULT, seed: 1 },
    fix: { hostname: "127.0.0.1", port: 9_878, tls: false },
    binary: { hostname: "127.0.0.1", port: 9_880, tls: false },
  });
});

test("a data directory tells where its venue is and how to get in", () => {
  const files: Record<string, string> = { address: "http://h:1", "operator-key": "ob_a_b" };
  const words = ["--data-directory=data/x", "--protocol=fix", "--fix=tls://h:2"];
  const options = readOptions(words, (directory, name) => {
    expect(directory).toBe("data/x");
    return files[name] ?? "";
  });
  expect(options).toMatchObject({ url: "http://h:1", key: "ob_a_b" });
  expect(options.fix).toEqual({ hostname: "h", port: 2, tls: true });
});

test.each<[string, string[]]>([
  ["--keys is no option", ["--keys", "x"]],
  ["stray is no option", ["--key", "x", "stray"]],
  ["--key is given twice", ["--key", "x", "--key", "y"]],
  ["--key needs a value", ["--key"]],
  ["give --key of an admin", []],
  ["--rate 0: must be 1 to 1000000", ["--key", "x", "--rate", "0"]],
  ["--seconds 1.5: must be 1 to 3600", ["--key", "x", "--seconds", "1.5"]],
  ["--protocol grpc: must be http, fix, binary", ["--key", "x", "--protocol", "grpc"]],
  ["--url h:1: must be http://", ["--key", "x", "--url", "h:1"]],
  ["--fix h: must be host:port", ["--key", "x", "--fix", "h"]],
  ["--binary h: must be host:port", ["--key", "x", "--binary", "h"]],
  ["--mix limit=1: must be shares", ["--key", "x", "--mix", "limit=1"]],
  ["give one of them", ["--key", "x", "--rate", "5", "--in-flight", "5"]],
])("says %s", (message, words) => {
  expect(() => readOptions(words, noFile)).toThrow(message);
});
