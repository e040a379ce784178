// The card beside the pointer: a sentence, and who is near it in the model. Everything that comes
// from data is set as text, never as markup.

const MAX_NEAR = 5;

// a new element with its class and, as text, its content
function make(tag, className, ...content) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...content);
  return element;
}

function sentence(text, look, className) {
  const element = make('p', className, text);
  element.lang = look.code;
  element.dir = look.direction;
  if (look.font) element.style.fontFamily = `${cssString(look.font)}, var(--font)`;
  return element;
}

function cssString(name) {
  return `"${name.replace(/["\\\n]/g, '')}"`;
}

// facts: {look, filled, text, id, panelName, near: [{look, filled, text, isTranslation}] | null,
//         nTranslations}
function fillCard(card, facts) {
  const head = make('div', 'head', glyph({ ...facts.look, filled: facts.filled }));
  head.append(make('b', '', facts.look.label));
  head.append(make('span', 'quiet', facts.filled ? 'trained on' : 'not trained on'));
  card.replaceChildren(head, sentence(facts.text, facts.look, 'text'));
  card.append(make('p', 'quiet id', facts.panelName ? `${facts.id} · ${facts.panelName}` : facts.id));
  if (!facts.near) return;
  card.append(make('p', 'told', toldOfTranslations(facts.nTranslations, facts.near.length)));
  const list = make('ol', 'near');
  for (const near of facts.near.slice(0, MAX_NEAR)) {
    const item = make('li', near.isTranslation ? 'translation' : '');
    item.append(glyph({ ...near.look, filled: near.filled }), make('span', 'code', near.look.code));
    item.append(sentence(near.text, near.look, 'line'));
    list.append(item);
  }
  card.append(list);
  const left = facts.near.slice(MAX_NEAR);
  if (!left.length) return;
  const among = left.filter(({ isTranslation }) => isTranslation).length;
  card.append(make('p', 'quiet', `and ${left.length} more${among ? `, ${among} of them translations` : ''}`));
}

function toldOfTranslations(found, k) {
  const nearest = k === 1 ? 'Its nearest neighbour in the model' : `Of its ${k} nearest neighbours in the model`;
  if (k === 1) return `${nearest} is ${found ? 'a' : 'no'} translation of it.`;
  if (found === 0) return `${nearest}, none is a translation of it.`;
  return `${nearest}, ${found} ${found === 1 ? 'is a translation' : 'are translations'} of it.`;
}

// beside the pointer, on the side where there is room
function placeCard(card, x, y, body) {
  card.hidden = false;
  const { offsetWidth: width, offsetHeight: height } = card;
  const left = x + 18 + width <= body.clientWidth ? x + 18 : x - 18 - width;
  const top = y + 14 + height <= body.clientHeight ? y + 14 : y - 14 - height;
  card.style.left = `${Math.max(0, Math.min(left, body.clientWidth - width))}px`;
  card.style.top = `${Math.max(0, top)}px`;
}
