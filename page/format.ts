// Numbers and times as people read them.

/** `64231.50` → `64,231.50`. */
export function group(text: string): string {
  const [whole = "", fraction] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** With its sign, which for less than nothing is a minus as wide as a plus. */
export function signed(text: string): string {
  if (text.startsWith("-")) return `−${group(text.slice(1))}`;
  return /[1-9]/.test(text) ? `+${group(text)}` : group(text);
}

/** Without the zeros behind the last digit that says something. */
export function trim(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** Local time of day. */
export function timeOf(us: number): string {
  return new Date(us / 1_000).toLocaleTimeString("en-GB");
}

/** Which way a signed text points. */
export function directionOf(text: string): "up" | "down" | "flat" {
  if (text.startsWith("-")) return "down";
  return /[1-9]/.test(text) ? "up" : "flat";
}
