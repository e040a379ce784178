// Find sentences as one types: hits light up at once, a list offers the first of them.

const MAX_HITS = 7;

class Search {
  // texts() -> [{row, text, id}] of all points; look(row) -> language; on: {preview, sentence, rows, emptied}
  constructor(box, { texts, look, shown, on }) {
    this.input = box.querySelector('input');
    this.list = box.querySelector('.hits');
    Object.assign(this, { texts, look, shown, on, options: [], active: -1, chosen: false });
    this.list.id = `hits-${Math.random().toString(36).slice(2)}`;
    this.input.setAttribute('aria-controls', this.list.id);
    this.input.oninput = () => this.find();
    this.input.onkeydown = (event) => this.key(event);
    this.input.onfocus = () => this.input.value && this.find();
    box.addEventListener('focusout', (event) => box.contains(event.relatedTarget) || this.close());
  }

  forget() {
    this.index = null;
  }

  find() {
    const wanted = plain(this.input.value.trim());
    this.index ??= this.texts().map(({ row, text, id }) => ({ row, text: plain(text), id: plain(id) }));
    if (!wanted) {
      this.close();
      if (this.chosen) this.on.emptied();
      else this.on.preview(null);
      this.chosen = false;
      return;
    }
    const found = this.index.filter(({ row, text, id }) => this.shown(row) && (text.includes(wanted) || id === wanted));
    this.rows = Uint32Array.from(found, ({ row }) => row);
    this.on.preview(this.rows);
    this.open();
  }

  open() {
    const { rows } = this;
    const options = [...rows.subarray(0, MAX_HITS)].map((row) => {
      const { look, text } = this.look(row);
      const option = make('button', 'hit', make('span', 'code', look.code), sentence(text, look, 'line'));
      option.onclick = () => this.choose(() => this.on.sentence(row));
      return option;
    });
    if (rows.length > 1) {
      const all = make('button', 'hit every', `Select all ${rows.length.toLocaleString('en')} points`);
      all.onclick = () => this.choose(() => this.on.rows(rows));
      options.push(all);
    }
    for (const [i, option] of options.entries()) {
      option.type = 'button';
      option.tabIndex = -1;
      option.id = `${this.list.id}-${i}`;
      option.setAttribute('role', 'option');
    }
    this.options = options;
    this.list.replaceChildren(...(options.length ? options : [make('p', 'quiet none', 'No sentence has this.')]));
    this.list.hidden = false;
    this.input.setAttribute('aria-expanded', 'true');
    this.mark(-1);
  }

  mark(active) {
    this.active = active;
    this.options.forEach((option, i) => option.setAttribute('aria-selected', String(i === active)));
    this.options[active]?.scrollIntoView({ block: 'nearest' });
    if (active < 0) this.input.removeAttribute('aria-activedescendant');
    else this.input.setAttribute('aria-activedescendant', this.options[active].id);
  }

  choose(act) {
    this.close();
    act();
    this.chosen = true; // what was found stays chosen as long as its words stand there
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute('aria-expanded', 'false');
    this.options = [];
    this.active = -1;
  }

  clear() {
    this.input.value = '';
    this.chosen = false;
    this.close();
  }

  key(event) {
    const n = this.options.length;
    if (event.key === 'ArrowDown' && n) this.mark((this.active + 1) % n);
    else if (event.key === 'ArrowUp' && n) this.mark((Math.max(this.active, 0) + n - 1) % n);
    else if (event.key === 'Enter' && n) this.options[this.active < 0 ? n - 1 : this.active].click();
    else return;
    event.preventDefault();
  }
}

function plain(text) {
  return text.normalize('NFKC').toLowerCase();
}
