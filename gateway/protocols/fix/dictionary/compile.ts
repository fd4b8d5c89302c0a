// Turns a dictionary in the XML of QuickFIX into the text that Dictionary reads: a line per field,
// component and message. The names of fields stay behind; nothing at run time needs them.

import { parseXml, type XmlElement } from "./xml.ts";

/**
 * Compiles one XML document. Its lines, in this order:
 *
 *     version FIX.4.4
 *     header 8! 9! 35! …             members: `!` required, `(…)` what an entry of a group holds,
 *     trailer 93 89 10!              `@Name` the members of a component
 *     component Parties 453(448 447 452 802(523 803))
 *     message D app 11! @Parties …
 *     field 54 CHAR 1|2|3            type, and the values it may have
 *
 * Errors: throws for what is not such a document, and for a member that no field defines.
 */
export function compileDictionary(xml: string): string {
  const root = parseXml(xml);
  const part = (name: string): readonly XmlElement[] =>
    root.children.find((child) => child.name === name)?.children ?? [];
  const fields = part("fields");
  if (root.name !== "fix" || fields.length === 0) throw new Error("this is no FIX dictionary");
  const tags = new Map(fields.map((field) => [wanted(field, "name"), wanted(field, "number")]));
  const members = (elements: readonly XmlElement[]): string => writeMembers(elements, tags);
  const lines = [
    `version ${readVersion(root)}`,
    `header ${members(part("header"))}`,
    `trailer ${members(part("trailer"))}`,
    ...part("components").map(
      (component) => `component ${wanted(component, "name")} ${members(component.children)}`,
    ),
    ...part("messages").map((message) => {
      const category = wanted(message, "msgcat");
      return `message ${wanted(message, "msgtype")} ${category} ${members(message.children)}`;
    }),
    ...fields.map(writeField),
  ];
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

function wanted(element: XmlElement, attribute: string): string {
  const value = element.attributes.get(attribute);
  if (value === undefined) throw new Error(`<${element.name}> has no ${attribute}`);
  return value;
}

/** `FIX.4.4`, `FIXT.1.1`, `FIX.5.0SP2`. */
function readVersion(root: XmlElement): string {
  const pack = root.attributes.get("servicepack") ?? "0";
  const type = root.attributes.get("type") ?? "FIX";
  const version = `${type}.${wanted(root, "major")}.${wanted(root, "minor")}`;
  return pack === "0" ? version : `${version}SP${pack}`;
}

function writeMembers(elements: readonly XmlElement[], tags: ReadonlyMap<string, string>): string {
  const members = elements.map((element) => {
    const name = wanted(element, "name");
    const mark = element.attributes.get("required") === "Y" ? "!" : "";
    if (element.name === "component") return `@${name}${mark}`;
    const tag = tags.get(name);
    if (tag === undefined) throw new Error(`no field is named ${name}`);
    if (element.name === "field") return `${tag}${mark}`;
    if (element.name !== "group") throw new Error(`<${element.name}> is no member of a message`);
    return `${tag}${mark}(${writeMembers(element.children, tags)})`;
  });
  return members.join(" ");
}

function writeField(field: XmlElement): string {
  const type = wanted(field, "type");
  const isOpen = field.attributes.get("allowOtherValues") === "Y" || type === "BOOLEAN";
  const values = isOpen ? [] : field.children.filter((child) => child.name === "value");
  const texts = values.map((value) => wanted(value, "enum").trim());
  return `field ${wanted(field, "number")} ${type} ${texts.join("|")}`;
}
