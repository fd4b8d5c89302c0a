import { describe, expect, test } from "bun:test";
import { compileDictionary } from "./compile.ts";

const XML = `<fix type="FIX" major="4" minor="4" servicepack="0">
  <header><field name="BeginString" required="Y"/><field name="MsgType" required="Y"/></header>
  <trailer><field name="CheckSum" required="Y"/></trailer>
  <messages>
    <message name="Order" msgtype="D" msgcat="app">
      <field name="Side" required="Y"/>
      <component name="Parties" required="N"/>
      <component name="Instrument" required="Y"/>
    </message>
    <message name="Beat" msgtype="0" msgcat="admin"/>
  </messages>
  <components>
    <component name="Instrument"><field name="Symbol" required="Y"/></component>
    <component name="Parties">
      <group name="NoPartyIDs" required="N">
        <field name="PartyID" required="Y"/>
        <group name="NoSubIDs" required="Y"><field name="SubID" required="N"/></group>
      </group>
    </component>
  </components>
  <fields>
    <field number="8" name="BeginString" type="STRING"/>
    <field number="35" name="MsgType" type="STRING"><value enum="D" description="x"/></field>
    <field number="10" name="CheckSum" type="STRING"/>
    <field number="54" name="Side" type="CHAR">
      <value enum="1" description="BUY"/><value enum=" 2 " description="SELL"/>
    </field>
    <field number="55" name="Symbol" type="STRING"/>
    <field number="453" name="NoPartyIDs" type="NUMINGROUP"/>
    <field number="448" name="PartyID" type="STRING"/>
    <field number="802" name="NoSubIDs" type="NUMINGROUP"/>
    <field number="523" name="SubID" type="STRING" allowOtherValues="Y"><value enum="a"/></field>
    <field number="43" name="PossDupFlag" type="BOOLEAN"><value enum="Y"/><value enum="N"/></field>
  </fields>
</fix>`;

test("a dictionary becomes a line per field, component and message", () => {
  expect(compileDictionary(XML)).toBe(`version FIX.4.4
header 8! 35!
trailer 10!
component Instrument 55!
component Parties 453(448! 802!(523))
message D app 54! @Parties @Instrument!
message 0 admin
field 8 STRING
field 35 STRING D
field 10 STRING
field 54 CHAR 1|2
field 55 STRING
field 453 NUMINGROUP
field 448 STRING
field 802 NUMINGROUP
field 523 STRING
field 43 BOOLEAN
`);
});

test.each([
  ['type="FIX" major="5" minor="0" servicepack="2"', "version FIX.5.0SP2"],
  ['type="FIXT" major="1" minor="1" servicepack="0"', "version FIXT.1.1"],
  ['major="4" minor="0"', "version FIX.4.0"],
])("%s is %s", (attributes, line) => {
  const xml = XML.replace('type="FIX" major="4" minor="4" servicepack="0"', attributes);
  expect(compileDictionary(xml)).toStartWith(`${line}\n`);
});

describe("refused is", () => {
  test.each([
    ["another document", XML.replaceAll("fix", "fax"), "no FIX dictionary"],
    ["a dictionary without fields", "<fix><messages/></fix>", "no FIX dictionary"],
    ["a member that nothing defines", XML.replace('"SubID" re', '"Other" re'), "named Other"],
    ["a field without number", XML.replace('number="55" ', ""), "<field> has no number"],
    ["a strange member", XML.replaceAll("<component name", "<part name"), "closes <part>"],
  ])("%s", (_, xml, message) => expect(() => compileDictionary(xml)).toThrow(message));
});
