// Full screen, and the keys of a presenter: arrows, page up and down as remote controls send them,
// space, Home, End, Escape. Where the browser refuses full screen the stage fills the window.

const KEYS = {
  ArrowRight: 'next', PageDown: 'next', ' ': 'next', Enter: 'next',
  ArrowLeft: 'previous', PageUp: 'previous', Backspace: 'previous',
  Home: 'first', End: 'last', Escape: 'leave',
};
const FIRST_MS = 5000; // for the stage to come after the click
const NEXT_MS = 2000; // for the next slide to take the place of one

// One for all calls below: what each kept for itself would be stale where the page drops a call
// before it has asked for its way to clean up.
let stage; // of the slide that is on: what to do with a name of KEYS, and with a new size
let awaited = { until: 0, path: '' }; // a stage, and where
let early = []; // names of keys that were pressed meanwhile
let wanted = { at: 0, until: 0 }; // the place that was told last: answers to earlier ones may follow
let left = false;

const wait = (ms) => { awaited = { until: Date.now() + ms, path: window.location.pathname }; };
const waits = () => Date.now() < awaited.until && window.location.pathname === awaited.path;
const listen = () => { // to what is listened to already nothing is added
  window.addEventListener('keydown', pressed, true);
  window.addEventListener('resize', resized);
  document.addEventListener('fullscreenchange', changed);
};

function pressed(event) {
  const name = KEYS[event.key];
  if (!name || event.ctrlKey || event.metaKey || event.altKey || !(stage || waits())) return;
  event.preventDefault();
  event.stopPropagation();
  done(name);
}

function changed() {
  if (!document.fullscreenElement) done('leave'); // the browser took Escape
}

function done(name) {
  if (stage) stage.act(name);
  else if (waits()) early.push(name);
}

let resting;
function resized() {
  clearTimeout(resting);
  resting = setTimeout(() => stage?.tell(size()), 200);
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
    left = false;
    start.onclick = async () => {
      early = [];
      wanted.until = 0;
      wait(FIRST_MS);
      listen();
      await document.documentElement.requestFullscreen?.().catch(() => {});
      setStateValue('size', size());
      setTriggerValue('act', 'start');
    };
    return undefined;
  }
  // a place is told, not a step: of keys in quick succession only the last may arrive
  if (data.at === wanted.at || Date.now() > wanted.until) wanted = { at: data.at, until: 0 };
  find('.place').textContent = `${data.at + 1} of ${data.n}`;
  const act = (name) => {
    if (left) return;
    left = name === 'leave';
    if (left) {
      if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
      setTriggerValue('act', name);
      return;
    }
    const to = { next: wanted.at + 1, previous: wanted.at - 1, first: 0, last: data.n - 1 }[name];
    wanted = { at: Math.min(Math.max(to, 0), data.n - 1), until: Date.now() + NEXT_MS };
    setTriggerValue('act', wanted.at);
  };
  for (const button of parentElement.querySelectorAll('[data-act]')) {
    button.onclick = () => act(button.dataset.act);
  }
  find('[data-act=previous]').disabled = data.at === 0;
  find('[data-act=next]').disabled = data.at === data.n - 1;

  const own = { act, tell: (value) => setStateValue('size', value) };
  stage = own;
  awaited.until = 0;
  listen();
  if (String(size()) !== String(data.size)) resized();
  if (left) setTriggerValue('act', 'leave'); // a slide that was still under way
  early.splice(0).forEach(act);
  return () => {
    if (stage !== own) return;
    stage = undefined;
    if (!left) wait(NEXT_MS);
  };
}
