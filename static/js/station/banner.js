// What the page at the gun says of working without a network: how old the list is and how long it still holds, what waits, what
// the register judged otherwise when it arrived.
import { button, make } from "../dom.js";
import { now, shown } from "../offline/clock.js";
import { beep, say as speak } from "../sound.js";
import { t } from "../texts.js";
import * as line from "./line.js";
import * as queue from "./queue.js";
import * as store from "./store.js";

const EVERY_MS = 20000;
const MINUTE_MS = 60000;
const DISAGREEMENTS = "/offline-disagreements/";
const STATES = { waiting: "info", sent: "good", refused: "bad", failed: "bad" };

let turn = 0;

/** Keeps the banner up to date; `redraw` draws the page, whose verdicts may have changed their standing. */
export function watchBanner(redraw) {
  line.onState(() => {
    draw();
    redraw();
  });
  queue.onSettled(tellLoudly);
  queue.onChange(draw);
  setInterval(draw, EVERY_MS);
  draw();
}

function tellLoudly(found) {
  if (found.state === "sent") return;
  beep("block");
  speak(t(`offline.${found.state}.spoken`, { name: found.name, reason: reasonOf(found) }));
  draw();
}

function reasonOf({ findings, said }) {
  return findings?.[0]?.text ?? said?.join("；") ?? "";
}

/** The line under a verdict that the list gave, and under a fill that waits here; nothing under those of the registry. */
export function judgedOffline({ offline }, filled) {
  if (filled?.queued) return [make("p", { class: "gun-judged-offline" }, [t("offline.queued")])];
  if (!offline) return [];
  const text = offline.issued_at
    ? t("offline.judged", { moment: shown(offline.issued_at) })
    : t("offline.no_list");
  return [make("p", { class: "gun-judged-offline" }, [text])];
}

async function draw() {
  const place = document.getElementById("gun-offline");
  if (!place) return;
  turn += 1;
  const mine = turn;
  const records = store.isOpen() ? await store.records() : [];
  if (mine !== turn) return;
  place.replaceChildren(
    ...listLines(),
    ...peopleLines(),
    ...records.flatMap(alarm),
    ...waitingLines(records),
  );
  place.dataset.waiting = records.filter(({ state }) => state === "waiting").length;
  place.dataset.list = line.state.list?.count ?? "";
  place.dataset.version = line.state.list?.head?.version ?? "";
}

function note(tone, text, id = null) {
  return make("p", { class: `notice notice-${tone}`, ...(id && { id }) }, [text]);
}

function listLines() {
  const { dead, list, trouble } = line.state;
  const lines = [];
  if (trouble) lines.push(note("bad", t("offline.trouble", { reason: trouble })));
  if (list?.problem && list.problem !== "away")
    lines.push(
      note(
        "bad",
        t(list.problem === "signature" ? "offline.bad_signature" : "offline.bad_list"),
        "list-problem",
      ),
    );
  if (!dead) return lines;
  if (!list?.head) return [...lines, note("bad", t("offline.no_list"), "list-age")];
  const left = Math.floor((Date.parse(list.head.valid_until) - now()) / MINUTE_MS);
  const values = {
    moment: shown(list.head.issued_at),
    count: list.count,
    hours: Math.floor(left / 60),
    minutes: left % 60,
  };
  lines.push(
    note(left < 0 ? "bad" : "warn", t(left < 0 ? "offline.too_old" : "offline.age", values), "list-age"),
  );
  return lines;
}

function peopleLines() {
  const { stopped, others, owner } = line.state;
  const lines = others.map(({ name, count }) => note("warn", t("offline.others", { name, count })));
  if (stopped === "other") lines.push(note("bad", t("offline.other", { name: owner.name })));
  if (stopped === "signed-out")
    lines.push(
      make("p", { class: "notice notice-warn" }, [
        t("offline.signed_out"),
        " ",
        make(
          "a",
          { href: `/account/sign-in?next=${encodeURIComponent(location.pathname + location.search)}` },
          [t("gun.sign_in")],
        ),
      ]),
    );
  return lines;
}

/** What the register judged otherwise stays on the screen until somebody says that he has read it. */
function alarm(found) {
  if (found.seen !== false) return [];
  const read = button(t("offline.read"));
  read.addEventListener("click", () => {
    read.blur();
    queue.acknowledge(found.ref);
  });
  const buttons = [read];
  if (found.state === "refused")
    buttons.unshift(make("a", { class: "btn btn-danger", href: DISAGREEMENTS }, [t("offline.handle")]));
  if (found.state === "failed") {
    const again = button(t("offline.again"), { tone: "primary" });
    again.addEventListener("click", () => queue.retry(found.ref));
    buttons.unshift(again);
  }
  const values = { name: found.name, moment: shown(found.made), reason: reasonOf(found) };
  return [
    make(
      "section",
      { class: "gun-disagreement", role: "alert", "data-ref": found.ref, "data-state": found.state },
      [
        make("p", {}, [make("strong", {}, [t(`offline.${found.state}`, values)])]),
        make("div", { class: "form-buttons" }, buttons),
      ],
    ),
  ];
}

function waitingLines(records) {
  const waiting = records.filter(({ state }) => state === "waiting").length;
  if (!records.length) return [];
  const key = waiting ? (queue.isSending() ? "offline.sending" : "offline.waiting") : "offline.all_sent";
  const open = document.getElementById("gun-queue")?.open ?? false;
  const rows = records.toReversed?.() ?? [...records].reverse();
  return [
    make("details", { class: "gun-queue", id: "gun-queue", open }, [
      make("summary", { role: "status" }, [t(key, { count: waiting })]),
      make(
        "ul",
        {},
        rows.map((found) =>
          make("li", { "data-ref": found.ref, "data-state": found.state }, [
            make("span", { class: `status-tag tone-${STATES[found.state]}` }, [
              t(`offline.state.${found.state}`),
            ]),
            ` ${shown(found.made)} ${found.name} ${reasonOf(found)}`,
          ]),
        ),
      ),
    ]),
  ];
}
