#!/usr/bin/env node
/** `openbell <command>`: the operator commands, from a clone in any state. */
import { bootstrap } from "./bootstrap.mjs";

await bootstrap(["gateway/main.ts", ...process.argv.slice(2)]);
