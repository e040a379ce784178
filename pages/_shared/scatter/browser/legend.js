// One legend for all panels: press to hide or show an entry, double click to show it alone.

class Legend {
  constructor(box, changed) {
    Object.assign(this, { box, changed, entries: [], hidden: new Set() });
  }

  // entries: [{name, label, colour, outline, symbol}]
  load(entries) {
    const shown = JSON.stringify(entries);
    if (shown === this.shown) return;
    this.shown = shown;
    const names = entries.map(({ name }) => name);
    if (names.join() !== this.entries.map(({ name }) => name).join()) this.hidden.clear();
    this.entries = entries;
    this.buttons = entries.map((entry) => {
      const button = make('button', 'entry', glyph(entry), make('span', '', entry.label));
      button.type = 'button';
      button.onclick = () => this.toggle(entry.name);
      button.ondblclick = () => this.alone(entry.name);
      return button;
    });
    this.all = make('button', 'entry all', 'Show all');
    this.all.type = 'button';
    this.all.onclick = () => this.hide([]);
    this.key = make('p', 'filled-key quiet', '● trained on  ○ not');
    this.box.replaceChildren(...this.buttons, this.key, this.all);
    this.mark();
  }

  // whether it is to say what filled and outlined mean
  explain(anySeen) {
    this.key.hidden = !anySeen;
  }

  toggle(name) {
    const hidden = new Set(this.hidden);
    if (!hidden.delete(name)) hidden.add(name);
    this.hide(hidden);
  }

  // alone already: all again
  alone(name) {
    const others = this.entries.map((entry) => entry.name).filter((other) => other !== name);
    const isAlone = !this.hidden.has(name) && others.every((other) => this.hidden.has(other));
    this.hide(isAlone ? [] : others);
  }

  hide(names) {
    this.hidden = new Set(names);
    this.mark();
    this.changed();
  }

  mark() {
    this.entries.forEach(({ name }, i) => {
      this.buttons[i].setAttribute('aria-pressed', String(!this.hidden.has(name)));
    });
    this.all.hidden = this.hidden.size === 0;
  }

  shows(name) {
    return !this.hidden.has(name);
  }
}
