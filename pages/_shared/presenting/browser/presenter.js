// Full screen, and the keys of a presenter: arrows, page up and down as remote controls send them,
// space, Home, End, Escape. Where the browser refuses full screen the stage fills the window.

const KEYS = {
  ArrowRight: 'next', PageDown: 'next', ' ': 'next', Enter: 'next',
  ArrowLeft: 'previous', PageUp: 'previous', Backspace: 'previous',
  Home: 'first', End: 'last', Escape: 'leave',
};

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const find = (selector) => parentElement.querySelector(selector);
  const start = find('.start');
  start.hidden = data.on;
  find('.bar').hidden = !data.on;
  if (!data.on) {
    start.onclick = async () => {
      await document.documentElement.requestFullscreen?.().catch(() => {});
      setStateValue('size', size());
      setTriggerValue('act', 'start');
    };
    return undefined;
  }
  find('.place').textContent = `${data.at + 1} of ${data.n}`;
  const act = (name) => {
    if (name === 'leave' && document.fullscreenElement) document.exitFullscreen().catch(() => {});
    setTriggerValue('act', name);
  };
  for (const button of parentElement.querySelectorAll('[data-act]')) {
    button.onclick = () => act(button.dataset.act);
  }
  find('[data-act=previous]').disabled = data.at === 0;
  find('[data-act=next]').disabled = data.at === data.n - 1;

  const pressed = (event) => {
    const name = KEYS[event.key];
    if (!name || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act(name);
  };
  const changed = () => {
    if (!document.fullscreenElement) setTriggerValue('act', 'leave'); // the browser took Escape
  };
  let waiting;
  const resized = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => setStateValue('size', size()), 200);
  };
  window.addEventListener('keydown', pressed, true);
  document.addEventListener('fullscreenchange', changed);
  window.addEventListener('resize', resized);
  if (String(size()) !== String(data.size)) resized();
  return () => {
    clearTimeout(waiting);
    window.removeEventListener('keydown', pressed, true);
    document.removeEventListener('fullscreenchange', changed);
    window.removeEventListener('resize', resized);
  };
}

function size() {
  return [window.innerWidth, window.innerHeight];
}
