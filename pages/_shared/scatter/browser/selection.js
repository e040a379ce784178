// What is chosen: one sentence, or some points, or nothing; the same in all panels.

class Selection {
  constructor() {
    this.sentence = this.lang = this.rows = null;
  }

  // points: {lang, sentence: arrays by row, ids, texts}
  load(points) {
    this.clear();
    this.points = points;
    this.bySentence = points.ids.map(() => []);
    points.sentence.forEach((place, row) => this.bySentence[place].push(row));
  }

  get any() {
    return this.sentence !== null || this.rows !== null;
  }

  clear() {
    this.sentence = this.lang = this.rows = null;
  }

  pick(row) {
    this.clear();
    [this.sentence, this.lang] = [this.points.sentence[row], this.points.lang[row]];
  }

  pickRows(rows) {
    this.clear();
    if (rows.length) this.rows = rows;
  }

  // rows that stand out
  lit() {
    return this.sentence === null ? (this.rows ?? new Uint32Array(0)) : Uint32Array.from(this.bySentence[this.sentence]);
  }

  // for Python
  told(digest) {
    if (!this.any) return null;
    if (this.sentence !== null) return { points: digest, sentence: this.sentence, lang: this.lang };
    return { points: digest, rows: rowsToBits(this.rows, this.points.lang.length) };
  }

  // for the reader
  status() {
    if (!this.any) return '';
    const rows = this.lit();
    const langs = new Set([...rows].map((row) => this.points.lang[row])).size;
    const languages = `${langs} ${langs === 1 ? 'language' : 'languages'}`;
    if (this.sentence !== null) return `${this.points.ids[this.sentence]} in ${languages}`;
    const count = rows.length.toLocaleString('en');
    return `${count} ${rows.length === 1 ? 'point' : 'points'} in ${languages}`;
  }
}

// facts for the card about one point of a panel; near: rows, or null
function factsOf(row, { points, looks, filled, near, panelName }) {
  const about = (other) => ({
    look: looks[points.lang[other]],
    filled: filled(points.lang[other]),
    text: points.texts[points.lang[other]][points.sentence[other]],
    isTranslation: points.sentence[other] === points.sentence[row],
  });
  const listed = near && [...near].map(about);
  return {
    ...about(row),
    id: points.ids[points.sentence[row]],
    panelName,
    near: listed,
    nTranslations: listed ? listed.filter(({ isTranslation }) => isTranslation).length : 0,
  };
}
