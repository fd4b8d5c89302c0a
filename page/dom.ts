// Elements of the page. Data becomes text, never markup.

/** The element of index.html with this id. Errors: throws when there is none of that kind. */
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`index.html has no ${kind.name} #${id}`);
  return found;
}

/** Changes a text only when it is another one: the browser does nothing for the rest. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setClass(element: Element, name: string): void {
  if (element.className !== name) element.className = name;
}

/** A table's body whose rows are made once and filled again and again. */
export class Rows {
  readonly #body: HTMLElement;
  readonly #columns: number;

  constructor(body: HTMLElement, columns: number) {
    this.#body = body;
    this.#columns = columns;
  }

  /** At least so many rows, empty or not: the table keeps its height. */
  reserve(count: number): void {
    while (this.#body.children.length < count) this.#body.append(this.#makeRow());
  }

  /** The row at `index`, made when there is none. */
  at(index: number): Element {
    this.reserve(index + 1);
    const row = this.#body.children[index];
    if (row === undefined) throw new Error(`no row ${index}`);
    return row;
  }

  /** Fills a row; each text is a cell. */
  fill(index: number, texts: readonly string[]): Element {
    const row = this.at(index);
    for (const [column, text] of texts.entries()) {
      const cell = row.children[column];
      if (cell !== undefined) setText(cell, text);
    }
    return row;
  }

  /** Empties the rows from `index` on, or takes them away beyond `reserved`. */
  clearFrom(index: number, reserved = 0): void {
    while (this.#body.children.length > Math.max(index, reserved)) {
      this.#body.lastElementChild?.remove();
    }
    for (let row = index; row < this.#body.children.length; row += 1) {
      this.fill(
        row,
        Array.from({ length: this.#columns }, () => ""),
      );
    }
  }

  #makeRow(): HTMLTableRowElement {
    const row = document.createElement("tr");
    for (let column = 0; column < this.#columns; column += 1) {
      row.append(document.createElement("td"));
    }
    return row;
  }
}
