// The little XML that dictionaries are written in: elements and attributes. Texts between elements,
// comments, processing instructions and document types are passed over.

/** An element: its attributes, and the elements inside it in their order. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
}

interface OpenElement extends XmlElement {
  readonly children: XmlElement[];
}

const NAME = "[A-Za-z_][\\w.:-]*";
const ATTRIBUTE = `\\s+(${NAME})\\s*=\\s*(?:"([^"<]*)"|'([^'<]*)')`;
const MARKUP = new RegExp(
  [
    "<!--[^]*?-->",
    "<[?!][^>]*>",
    `<(?<close>/)?(?<name>${NAME})(?<attributes>(?:${ATTRIBUTE})*)\\s*(?<empty>/)?>`,
    "(?<stray><)",
  ].join("|"),
  "g",
);

/** Reads a document. Errors: throws, naming the line, when elements do not fit together. */
export function parseXml(text: string): XmlElement {
  const document: OpenElement = { name: "", attributes: new Map(), children: [] };
  const open = [document];
  for (const match of text.matchAll(MARKUP)) {
    const { close, name, attributes = "", empty, stray } = match.groups ?? {};
    const fail = (message: string): never => {
      throw new Error(`line ${text.slice(0, match.index).split("\n").length}: ${message}`);
    };
    if (stray !== undefined) fail("this is no element");
    if (name === undefined) continue;
    const parent = open.at(-1) ?? document;
    if (close !== undefined) {
      if (parent.name !== name) fail(`</${name}> closes <${parent.name}>`);
      open.pop();
      continue;
    }
    const element = { name, attributes: readAttributes(attributes), children: [] };
    parent.children.push(element);
    if (empty === undefined) open.push(element);
  }
  const [root] = document.children;
  if (root === undefined || open.length > 1) throw new Error("the document does not end");
  return root;
}

function readAttributes(text: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = "", double, single] of text.matchAll(new RegExp(ATTRIBUTE, "g"))) {
    attributes.set(name, unescape(double ?? single ?? ""));
  }
  return attributes;
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["&lt;", "<"],
  ["&gt;", ">"],
  ["&quot;", '"'],
  ["&apos;", "'"],
  ["&amp;", "&"],
]);

function unescape(text: string): string {
  return text.replace(/&\w+;/g, (entity) => ENTITIES.get(entity) ?? entity);
}
