// The footer: connection, journal, stages, and how long the last order took. And the word that what
// is shown is stale.

import { byId, setClass, setText } from "./dom.ts";
import { lagOf, syncTimesOf, timeOf } from "./format.ts";
import type { Link } from "./link.ts";
import type { Health } from "./messages.ts";

const STATES = { connecting: "connecting", live: "live", waiting: "offline" } as const;

export class StatusView {
  showLink(link: Link): void {
    setText(byId("link", HTMLElement), STATES[link.state]);
    setClass(byId("link", HTMLElement), `state ${link.state === "live" ? "good" : "bad"}`);
    document.body.classList.toggle("stale", link.isStale);
    const { heardMs } = link;
    const since = heardMs === undefined ? "" : `, what you see is from ${timeOf(heardMs * 1_000)}`;
    setText(
      byId("stale", HTMLElement),
      link.state === "live" ? "" : `No connection to the venue${since}. Trying again.`,
    );
  }

  /** `undefined`: the venue did not answer. */
  showHealth(health: Health | undefined): void {
    for (const name of ["journal", "stages"] as const) {
      const { status, detail } = health?.[name] ?? { status: "unknown", detail: "" };
      setText(byId(name, HTMLElement), detail === "" ? status : detail);
      const kind = { ok: "good", failing: "bad", unknown: "plain" }[status];
      setClass(byId(name, HTMLElement), `state ${kind}`);
    }
    setText(byId("sync", HTMLElement), health === undefined ? "" : syncTimesOf(health.journal));
    const each = health?.stages.each ?? [];
    setText(byId("lag", HTMLElement), health === undefined ? "" : lagOf(each));
    const lines = each.map(({ name, state, lag_sequences: lag }) => `${name}: ${state}, ${lag}`);
    byId("stages", HTMLElement).title = lines.join("\n");
  }

  /** From sending an order to the answer, which leaves when the order is in the journal. */
  showOrderTime(ms: number): void {
    setText(byId("order-time", HTMLElement), `${ms.toFixed(1)} ms`);
  }
}
