// One position for a check-out: the best fix within a time, or null.
const GOAL_M = 30;

export function locate(wait) {
  if (!window.isSecureContext || !navigator.geolocation) return Promise.resolve(null);
  return new Promise((done) => {
    let best = null;
    const finish = () => {
      navigator.geolocation.clearWatch(watch);
      clearTimeout(timer);
      done(best);
    };
    const watch = navigator.geolocation.watchPosition(
      ({ coords }) => {
        if (!best || coords.accuracy < best.accuracy_m) best = positionOf(coords);
        if (coords.accuracy <= GOAL_M) finish();
      },
      finish,
      { enableHighAccuracy: true, timeout: wait, maximumAge: 0 },
    );
    const timer = setTimeout(finish, wait);
  });
}

export function positionOf({ latitude, longitude, accuracy }) {
  return {
    lat: Number(latitude.toFixed(6)),
    lon: Number(longitude.toFixed(6)),
    accuracy_m: Math.ceil(accuracy),
  };
}
