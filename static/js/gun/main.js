// /filling/gun: the screen at a filling gun. Made for a scanner gun and a few keys; a camera and fingers do as well.
import { prepare } from "../station/start.js";
import { t } from "../texts.js";
import { startCamera } from "./camera-panel.js";
import * as contact from "./contact.js";
import { gun } from "./gun.js";
import { listenToKeys } from "./keys.js";
import { draw } from "./screen.js";

const embedded = JSON.parse(document.getElementById("gun-data").textContent);
let listening = false; // the screen says that a gun is ready, so it is not drawn before that is true
const setup = await prepare(embedded, () => listening && draw(gun));
if (setup) begin();

function begin() {
  contact.openContact(setup.api, setup.owner);
  listenToKeys({
    isDigit: (key) => gun.isDigit(key),
    onTakeBack: (count) => gun.takeBack(count),
    onKey: (key) => gun.key(key),
    onText: (text) => gun.text(text),
    onProgress: (text) => gun.hold(text),
    onLost: (text) => gun.say(t("gun.lost", { text }), "warn"),
  });
  listening = true;
  gun.open(setup, draw);
  startCamera((text, source) => gun.text(text, source));
}
