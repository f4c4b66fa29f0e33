// Work that only one tab may do at a time: by a web lock, else by a lease that a dead tab loses.
const LEASE_MS = 15000;

/** Runs `work` unless another tab is at it; returns whether it ran. */
export async function alone(name, work) {
  if (navigator.locks) {
    return navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      if (lock) await work();
      return Boolean(lock);
    });
  }
  const key = `lease.${name}`;
  const until = Number(localStorage.getItem(key) ?? 0);
  if (until > Date.now() && until < Date.now() + 2 * LEASE_MS) return false;
  const renew = () => localStorage.setItem(key, String(Date.now() + LEASE_MS));
  renew();
  const timer = setInterval(renew, LEASE_MS / 3);
  try {
    await work();
  } finally {
    clearInterval(timer);
    localStorage.removeItem(key);
  }
  return true;
}

/** Holds a name until the returned function is called or the tab is gone; null when another tab holds it. */
export function hold(name) {
  if (!navigator.locks) return Promise.resolve(() => {});
  return new Promise((done) => {
    navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      if (!lock) done(null);
      return lock && new Promise((release) => done(release));
    });
  });
}

export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
