// The dictionaries of this door. Bytes and fields are in wire/, what is made of a dictionary is in
// dictionary/.

import { STOCK_FIX44 } from "../../generated/fix/stock-fix44.ts";
import { VENUE_FIX44 } from "../../generated/fix/venue-fix44.ts";
import { Dictionary } from "./dictionary/dictionary.ts";

/** The venue's own FIX 4.4: schemas/fix/FIX44.xml. Cost: a millisecond. */
export function makeVenueDictionary(): Dictionary {
  return new Dictionary(VENUE_FIX44);
}

/** FIX 4.4 as engines ship it. Cost: some ten milliseconds. */
export function makeStockDictionary(): Dictionary {
  return new Dictionary(STOCK_FIX44);
}
