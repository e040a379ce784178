// Full screen, and the keys of a presenter: arrows, page up and down as remote controls send them,
// space, Home, End, Escape. Where the browser refuses full screen the stage fills the window.

const KEYS = {
  ArrowRight: 'next', PageDown: 'next', ' ': 'next', Enter: 'next',
  ArrowLeft: 'previous', PageUp: 'previous', Backspace: 'previous',
  Home: 'first', End: 'last', Escape: 'leave',
};
const FIRST_MS = 10_000; // for the stage to come after the click
const NEXT_MS = 2000; // for the next slide to take the place of one

// One for all calls below: what each added for itself would be left behind where the page drops
// a call before it has asked for its way to clean up.
let stage; // of the slide that is on: what to do with a name of KEYS, and with a new size
const early = { names: [], until: 0 }; // pressed while one is awaited

const listen = () => { // to what is listened to already nothing is added
  window.addEventListener('keydown', pressed, true);
  window.addEventListener('resize', resized);
  document.addEventListener('fullscreenchange', changed);
};

function pressed(event) {
  const name = KEYS[event.key];
  const waits = Date.now() < early.until;
  if (!name || event.ctrlKey || event.metaKey || event.altKey || !(stage || waits)) return;
  event.preventDefault();
  event.stopPropagation();
  if (stage) stage.act(name);
  else early.names.push(name);
}

let waiting;
function resized() {
  clearTimeout(waiting);
  waiting = setTimeout(() => stage?.tell(size()), 200);
}

function changed() {
  if (!document.fullscreenElement) stage?.act('leave'); // the browser took Escape
}

function size() {
  return [window.innerWidth, window.innerHeight];
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const find = (selector) => parentElement.querySelector(selector);
  const start = find('.start');
  start.hidden = data.on;
  find('.bar').hidden = !data.on;
  if (!data.on) {
    stage = undefined;
    start.onclick = async () => {
      Object.assign(early, { names: [], until: Date.now() + FIRST_MS });
      listen();
      await document.documentElement.requestFullscreen?.().catch(() => {});
      setStateValue('size', size());
      setTriggerValue('act', 'start');
    };
    return undefined;
  }
  let { at } = data;
  find('.place').textContent = `${at + 1} of ${data.n}`;
  // a place is told, not a step: of two keys in quick succession only the second may arrive
  const act = (name) => {
    if (name === 'leave') {
      if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
      setTriggerValue('act', name);
      return;
    }
    const to = { next: at + 1, previous: at - 1, first: 0, last: data.n - 1 }[name];
    at = Math.min(Math.max(to, 0), data.n - 1);
    setTriggerValue('act', at);
  };
  for (const button of parentElement.querySelectorAll('[data-act]')) {
    button.onclick = () => act(button.dataset.act);
  }
  find('[data-act=previous]').disabled = at === 0;
  find('[data-act=next]').disabled = at === data.n - 1;

  const own = { act, tell: (value) => setStateValue('size', value) };
  stage = own;
  listen();
  if (String(size()) !== String(data.size)) resized();
  early.until = 0;
  early.names.splice(0).forEach(act);
  return () => {
    if (stage !== own) return;
    stage = undefined;
    early.until = Date.now() + NEXT_MS;
  };
}
