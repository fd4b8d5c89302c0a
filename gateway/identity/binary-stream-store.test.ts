import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { BinaryStreamStore } from "./binary-stream-store.ts";

test("a table of before client_refs could be asked to rise is taken up", () => {
  using database = new Database(":memory:");
  database.run(
    `CREATE TABLE binary_streams (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      account INTEGER NOT NULL,
      name TEXT NOT NULL,
      created_sequence INTEGER NOT NULL,
      has_balances INTEGER NOT NULL,
      logged_in_at_us INTEGER NOT NULL,
      UNIQUE (account, name)
    ) STRICT`,
  );
  database.run("INSERT INTO binary_streams VALUES (1, 3, 'old', 7, 1, 5)");
  BinaryStreamStore.prepare(database);
  BinaryStreamStore.prepare(database);
  const store = new BinaryStreamStore(database);
  const made = { account: 3, name: "new", createdSequence: 9 };
  store.add({ ...made, hasBalances: false, hasIncreasingRefs: true }, 6);
  expect(
    store
      .list()
      .map(({ name, hasBalances, hasIncreasingRefs: rises }) => [name, hasBalances, rises]),
  ).toEqual([
    ["old", true, false],
    ["new", false, true],
  ]);
});
