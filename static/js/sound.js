// Tones and vibration that tell a verdict without looking. Browsers keep them silent until the page was touched or typed on.
const PATTERNS = {
  read: [[1200, 0.06]],
  allow: [
    [880, 0.12],
    [1320, 0.18],
  ],
  warn: [
    [880, 0.15],
    [0, 0.08],
    [880, 0.15],
  ],
  hold: [
    [440, 0.2],
    [0, 0.1],
    [440, 0.2],
    [0, 0.1],
    [440, 0.2],
  ],
  block: [
    [220, 0.5],
    [0, 0.1],
    [180, 0.7],
  ],
};
const KEY = "sound";
let context;

export function soundOn() {
  return localStorage.getItem(KEY) !== "off";
}

export function setSound(on) {
  localStorage.setItem(KEY, on ? "on" : "off");
}

export function beep(kind) {
  const pattern = PATTERNS[kind];
  if (!pattern || !soundOn()) return;
  if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return;
  navigator.vibrate?.(pattern.map(([, seconds]) => seconds * 1000));
  if (!window.AudioContext) return;
  context ??= new AudioContext();
  context.resume();
  let at = context.currentTime;
  for (const [frequency, seconds] of pattern) {
    if (frequency) tone(frequency, at, seconds);
    at += seconds;
  }
}

function tone(frequency, at, seconds) {
  const source = context.createOscillator();
  const gain = context.createGain();
  source.type = "square";
  source.frequency.value = frequency;
  gain.gain.setValueAtTime(0.15, at);
  gain.gain.linearRampToValueAtTime(0, at + seconds);
  source.connect(gain).connect(context.destination);
  source.start(at);
  source.stop(at + seconds);
}

export function say(text) {
  if (!soundOn() || !window.speechSynthesis || !text) return;
  const words = new SpeechSynthesisUtterance(text);
  words.lang = document.documentElement.lang;
  speechSynthesis.cancel();
  speechSynthesis.speak(words);
}
