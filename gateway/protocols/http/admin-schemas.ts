// The shapes of the operator's requests and answers.

import { z } from "zod";
import {
  ACCOUNT_STATES,
  commonFields,
  Decimal,
  INSTRUMENT_STATES,
  PageQuery,
  requestIdField,
  SymbolName,
} from "./schemas.ts";
import { KEY_KINDS, KEY_LABEL_LENGTH_MAX, PERMISSION_NAMES } from "../../sessions/authenticator.ts";

const { id, accountId, name, sequence, asOfSequence, timeUs, currencyCode } = commonFields;

export const AdminReply = z
  .object({
    id: z.int().min(0).describe("What was made or concerned; of a sweep its sequence."),
    duplicate: z.boolean().describe("Nothing was executed: the request id was used before."),
    sequence,
  })
  .meta({ id: "AdminReply" });

export const CreateCurrency = z
  .strictObject({
    code: currencyCode,
    scale: z.int().min(0).max(255).describe("Decimals of the smallest unit, 0 to 18."),
    ...requestIdField,
  })
  .meta({ id: "CreateCurrency", examples: [{ code: "USDT", scale: 8 }] });

export const CreateInstrument = z
  .strictObject({
    symbol: SymbolName,
    base_currency: currencyCode,
    quote_currency: currencyCode,
    tick_size: Decimal,
    lot_size: Decimal,
    ...requestIdField,
  })
  .meta({ id: "CreateInstrument", description: "It starts halted, without limits, fees or band." });

export const SetInstrumentState = z
  .strictObject({ state: z.enum(INSTRUMENT_STATES), ...requestIdField })
  .meta({ id: "SetInstrumentState" });

export const SetFees = z
  .strictObject({
    maker_rate: Decimal.describe("Fraction of the notional; negative is a rebate."),
    taker_rate: Decimal,
    ...requestIdField,
  })
  .meta({ id: "SetFees", examples: [{ maker_rate: "0.0002", taker_rate: "0.0005" }] });

export const SetLimit = z
  .strictObject({ value: Decimal.nullable().describe("Null removes it."), ...requestIdField })
  .meta({ id: "SetLimit" });

export const SetBand = z
  .strictObject({
    reference_price: Decimal.nullable(),
    band: Decimal.nullable().describe("Fraction of the reference price, below 1."),
    both_sides: z.boolean().optional(),
    ...requestIdField,
  })
  .meta({ id: "SetBand", examples: [{ reference_price: "50000", band: "0.1" }] });

export const RequestOnly = z.strictObject({ ...requestIdField }).meta({ id: "RequestOnly" });

export const CreateAccount = z.strictObject({ name, ...requestIdField }).meta({
  id: "CreateAccount",
  examples: [{ name: "desk-7" }],
});
export const SetAccountState = z
  .strictObject({ state: z.enum(ACCOUNT_STATES), ...requestIdField })
  .meta({ id: "SetAccountState" });
export const AccountsQuery = z.strictObject(PageQuery);
export const Accounts = z
  .object({
    accounts: z.array(z.object({ account_id: id, name, state: z.enum(ACCOUNT_STATES) })),
    next_after: z.int().nullable(),
    as_of_sequence: asOfSequence,
  })
  .meta({ id: "Accounts" });

export const ALIAS_KINDS = ["instrument", "account"] as const;
export const SetAlias = z
  .strictObject({
    kind: z.enum(ALIAS_KINDS),
    target: name.describe("Symbol of the instrument, or id of the account."),
    alias: name,
    ...requestIdField,
  })
  .meta({
    id: "SetAlias",
    examples: [{ kind: "instrument", target: "BTC-USDT", alias: "BTCUSDT" }],
  });
export const RequestIdQuery = z.strictObject(requestIdField);

export const Aliases = z
  .object({
    aliases: z.array(z.object({ kind: z.enum(ALIAS_KINDS), target_id: id, alias: name })),
    as_of_sequence: asOfSequence,
  })
  .meta({ id: "Aliases" });

/** Its text has some 113 characters, and perhaps another kind of line ends. */
const PUBLIC_KEY_LENGTH_MAX = 200;
const permissions = z.array(z.enum(PERMISSION_NAMES)).min(1).max(PERMISSION_NAMES.length);
export const CreateKey = z
  .strictObject({
    account: accountId.describe("The one account the key belongs to."),
    permissions,
    label: z.string().max(KEY_LABEL_LENGTH_MAX).optional().describe("A note for people."),
    public_key: z
      .string()
      .max(PUBLIC_KEY_LENGTH_MAX)
      .optional()
      .describe(
        "Ed25519, as `openssl pkey -pubout` prints it: the key signs Logons and has no secret.",
      ),
  })
  .meta({ id: "CreateKey", examples: [{ account: 3, permissions: ["read", "trade"] }] });
export const CreatedKey = z
  .object({
    key_id: z.string(),
    secret: z
      .string()
      .optional()
      .describe("Shown this once, after it is on disk; kept nowhere. None with a public key."),
    token: z.string().optional().describe("For `Authorization: Bearer`."),
  })
  .meta({ id: "CreatedKey" });
const KeyDescription = z
  .object({
    key_id: z.string(),
    kind: z.enum(KEY_KINDS),
    account: id,
    permissions: z.array(z.enum(PERMISSION_NAMES)),
    label: z.string(),
    created_at_us: timeUs,
    revoked_at_us: timeUs.nullable(),
  })
  .meta({ id: "Key" });
export const KeysQuery = z.strictObject({
  limit: PageQuery.limit,
  after: z.string().max(64).default("").describe("Last key id of the page before."),
});
export const Keys = z
  .object({ keys: z.array(KeyDescription), next_after: z.string().nullable() })
  .meta({ id: "Keys" });
export const RevokedKey = z
  .object({ key_id: z.string(), revoked: z.literal(true) })
  .meta({ id: "RevokedKey" });

export const Status = z
  .object({
    executed_sequence: z.int(),
    durable_sequence: z.int(),
    snapshot_sequence: z.int(),
    unsynced_commands: z.int(),
    mode: z.enum(["open", "cancel_only", "refuse"]),
    clock_held: z.boolean(),
    fault: z.string().nullable(),
    time_us: timeUs,
    journal_bytes: z.int(),
    journal_syncs: z.int(),
    snapshot_bytes: z.int(),
    is_snapshot_busy: z.boolean(),
  })
  .meta({ id: "Status" });
export const Accepted = z.object({ accepted: z.literal(true) }).meta({ id: "Accepted" });
