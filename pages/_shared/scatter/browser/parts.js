// Large data comes in parts, each through a mount of its own that shows nothing; the view's mount
// names them by digest and waits until they are here. All mounts share this module.

const DTYPES = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, f4: Float32Array };

const parts = new Map(); // digest -> {header, arrays, holders}
const held = new WeakMap(); // a mount's root -> digest of the part that it holds
const waiting = new Set(); // functions to call when a part arrives

function holdPart(root, bytes) {
  const digest = String.fromCharCode(...bytes.subarray(0, 32));
  const before = held.get(root);
  if (before !== digest) {
    if (!parts.has(digest)) parts.set(digest, { ...readPart(bytes), holders: 0 });
    parts.get(digest).holders += 1;
    held.set(root, digest);
    for (const wake of [...waiting]) wake();
    letGo(before);
  }
  return () => {
    letGo(held.get(root));
    held.delete(root);
  };
}

function letGo(digest) {
  const part = parts.get(digest);
  if (part && --part.holders === 0) parts.delete(digest);
}

function readPart(bytes) {
  const own = bytes.slice(); // typed arrays need their own alignment, not the message's
  const headerLength = new DataView(own.buffer).getUint32(32, true);
  const start = 36 + headerLength;
  const header = JSON.parse(new TextDecoder().decode(own.subarray(36, start)));
  const arrays = {};
  for (const [name, { dtype, shape, at }] of Object.entries(header.arrays)) {
    const length = shape.reduce((product, n) => product * n, 1);
    arrays[name] = { shape, values: new DTYPES[dtype](own.buffer, start + at, length) };
  }
  return { header, arrays };
}

function rowsToBits(rows, nPoints) {
  const bytes = new Uint8Array(Math.ceil(nPoints / 8));
  for (const row of rows) bytes[row >> 3] |= 1 << (row & 7);
  let text = '';
  for (let i = 0; i < bytes.length; i += 4096) {
    text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  }
  return btoa(text);
}

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}
