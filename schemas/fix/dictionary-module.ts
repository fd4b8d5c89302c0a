// The two FIX dictionaries of gateway/generated/fix: ours, whose XML is in this folder, and the
// stock one of FIX 4.4, whose XML is not ours to publish and is read from where an engine has it.

import { compileDictionary } from "../../gateway/protocols/fix/dictionary/compile.ts";

export const VENUE_XML_PATH = "schemas/fix/FIX44.xml";
export const VENUE_MODULE_PATH = "gateway/generated/fix/venue-fix44.ts";
export const STOCK_MODULE_PATH = "gateway/generated/fix/stock-fix44.ts";

/** A module with our dictionary, from its XML. */
export function venueModule(xml: string): string {
  return toModule("VENUE_FIX44", VENUE_XML_PATH, compileDictionary(xml));
}

/**
 * A module with the stock dictionary, from the XML that QuickFIX and quickfixgo ship.
 *
 * Symbol (55) is required where an instrument is, as the standard and QuickFIX/J have it: newer
 * QuickFIX leaves it out and expects what only an application can tell.
 */
export function stockModule(xml: string): string {
  const text = compileDictionary(xml).replace(
    "\ncomponent Instrument 55 ",
    "\ncomponent Instrument 55! ",
  );
  return toModule("STOCK_FIX44", "FIX44.xml of QuickFIX, see NOTICE", text);
}

function toModule(name: string, source: string, text: string): string {
  if (/[`\\]|\$\{/.test(text)) throw new Error(`${source}: a value cannot stand in a template`);
  return `// Written by schemas/generate.ts from ${source}; never edited.

/** Lines as gateway/protocols/fix/dictionary/compile.ts writes them. */
export const ${name} = \`${text}\`;
`;
}
