// The shapes of the operator's requests about session names of the binary port.

import { z } from "zod";
import { STREAMS_MAX } from "../../sessions/binary-streams.ts";
import { commonFields } from "./schemas.ts";

const { timeUs } = commonFields;

const account = z.int();
const sessionName = z.string();

const BinarySession = z
  .object({
    account,
    session_name: sessionName,
    balance_updates: z.boolean().describe("Its numbered stream tells of balances, too."),
    increasing_refs: z.boolean().describe("A new order's client_ref must be above the last one."),
    next_number: z.int().describe("Of the first numbered message that is still to come."),
    logged_in_at_us: timeUs.describe("The last login, to the hour."),
    is_logged_in: z.boolean(),
  })
  .meta({ id: "BinarySession" });

export type BinarySessionShape = z.infer<typeof BinarySession>;

export const BinarySessionList = z
  .object({ binary_sessions: z.array(BinarySession).max(STREAMS_MAX) })
  .meta({ id: "BinarySessionList" });

export const DeletedBinarySession = z
  .object({ account, session_name: sessionName, deleted: z.literal(true) })
  .meta({ id: "DeletedBinarySession" });
