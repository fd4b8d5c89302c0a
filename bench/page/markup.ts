// Text of a page: escaped values, elements.

/** A text as it stands between tags or in an attribute. */
export function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

type Attributes = Readonly<Record<string, string | number>>;

/** An element around markup that is ready. */
export function element(name: string, attributes: Attributes, inner = ""): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(`${value}`)}"`);
  return `<${name}${pairs.join("")}>${inner}</${name}>`;
}

/** A part of a whole, for a style. Bounds: two decimals. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`;
}
