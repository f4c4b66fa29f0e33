// Draws the gun: the verdict as large as it can be, what is asked now, what the keys do.
import { button, icon, make } from "../dom.js";
import { setSound, soundOn } from "../sound.js";
import { judgedOffline } from "../station/banner.js";
import { standsIn } from "../station/line.js";
import { t } from "../texts.js";
import { questionView } from "./question-view.js";
import { shown } from "./questions.js";

const SIGN = {
  allow: "circle-check",
  warn: "alert-triangle",
  hold: "hand-stop",
  block: "ban",
  wait: "clipboard-check",
};
const WHOLE = ["denied", "away", "trouble", "done"]; // steps that ask nothing
const TONES = { info: "info", warn: "warn", bad: "bad" };
const $ = (id) => document.getElementById(id);

/** what: held (a reading is coming in), clock (a second has passed), else everything. */
export function draw(gun, what = "") {
  if (what !== "clock") heldLine(gun);
  if (what === "held") return;
  clock(gun);
  if (what === "clock") return;
  const focused = document.activeElement?.dataset?.key;
  document.body.dataset.verdict = colourOf(gun.job);
  document.body.dataset.step = gun.job?.step ?? "idle";
  $("gun-view").replaceChildren(...view(gun));
  $("gun-keys").replaceChildren(...keys(gun));
  $("gun-people").replaceChildren(...people(gun));
  $("gun-notices").replaceChildren(...notices(gun));
  if (focused) document.querySelector(`#gun-view [data-key="${focused}"]`)?.focus();
  clock(gun);
  followQuestion(gun);
}

let stoodAt = "";

/** On a small screen the next question comes into sight; a verdict that has just come is seen from its top. */
function followQuestion(gun) {
  const { job } = gun;
  const stands = job ? [job.number, job.step, job.index, Object.keys(job.errors)].join() : "";
  if (stands === stoodAt) return;
  stoodAt = stands;
  const question = document.querySelector(".gun-question");
  const answered = job?.index > 0 || job?.step === "fill" || Object.keys(job?.errors ?? {}).length;
  if (question && answered) question.scrollIntoView({ block: "nearest" });
  else window.scrollTo(0, 0);
}

function heldLine(gun) {
  const line = $("gun-held");
  line.textContent = gun.held.length > 1 ? t("scan.receiving") : t("scan.ready");
  line.classList.toggle("gun-receiving", gun.held.length > 1);
}

function clock(gun) {
  for (const place of document.querySelectorAll("[data-countdown]")) {
    const left = Math.ceil((gun.job?.tokenUntil - Date.now()) / 1000);
    place.textContent = left > 0 ? t("gun.seconds", { left }) : t("gun.unlock_over");
    place.classList.toggle("gun-over", !(left > 0));
  }
}

function colourOf(job) {
  if (!job || job.step === "asking") return "";
  if (job.step === "away" || job.step === "trouble") return "block";
  if (job.denied) return job.denied.verdict;
  if (job.step === "done") return "allow";
  if (job.step === "after" || job.step === "release") return "wait";
  return job.answer?.verdict ?? "";
}

function view(gun) {
  const { job } = gun;
  if (!job) return [idle(gun)];
  if (job.step === "asking")
    return [make("p", { class: "gun-asking", role: "status" }, [t("gun.asking", { text: job.text })])];
  if (WHOLE.includes(job.step)) return [panel(gun)];
  return [panel(gun), side(gun)];
}

function idle(gun) {
  const waits = ["prechecked", "filled", "checked"]
    .map((state) => [state, gun.now.waiting[state] ?? 0])
    .filter(([, count]) => count)
    .map(([state, count]) => make("li", {}, [t(`gun.waiting.${state}`, { count })]));
  return make("section", { class: "gun-idle" }, [
    icon("scan"),
    make("p", { class: "gun-idle-word" }, [t("gun.idle")]),
    make("p", {}, [t("gun.idle.hint")]),
    ...(waits.length ? [make("ul", { class: "gun-waiting" }, waits)] : []),
  ]);
}

function subject(job) {
  const { cylinder } = job.answer ?? {};
  if (!cylinder) return job.text;
  return [cylinder.serial_no, cylinder.owner].filter(Boolean).join(" · ");
}

function panel(gun) {
  const { job } = gun;
  const colour = colourOf(job);
  const stands = job.denied ?? job.answer ?? {};
  const children = [
    make("div", { class: "gun-head" }, [
      icon(SIGN[colour] ?? "circle-check"),
      make("div", {}, [
        make("p", { class: "gun-word" }, [word(job, colour)]),
        make("p", { class: "gun-subject" }, [subject(job)]),
      ]),
    ]),
  ];
  if (job.step === "away")
    children.push(
      make("p", { class: "gun-reason" }, [t("gun.away.verdict")]),
      make("p", {}, [t("gun.away.hint")]),
    );
  else if (job.step === "trouble") children.push(make("p", { class: "gun-reason" }, [job.problem]));
  else if (["hold", "block"].includes(colour)) children.push(...reasons(gun, stands));
  else children.push(...weights(job), ...remarks(remarked(job, stands)));
  if (job.step === "denied" && job.problem)
    children.push(make("p", { class: "notice notice-bad", role: "alert" }, [job.problem]));
  children.push(...judgedOffline(stands, job.filled));
  const alarm = ["hold", "block"].includes(colour);
  return make(
    "section",
    { class: `gun-panel verdict-${colour === "wait" ? "wait" : colour}`, role: alarm ? "alert" : "status" },
    children,
  );
}

/** What is worth a remark: after filling, what was found of the filled bottle. */
function remarked(job, stands) {
  if (job.step === "done") return [];
  return ["after", "release"].includes(job.step) ? (job.findings ?? []) : stands.findings;
}

function word(job, colour) {
  if (job.step === "done") return t("gun.released");
  if (job.step === "after") return t(job.filled ? "gun.filled" : "gun.waits.after", amounts(job));
  if (job.step === "release") return t("gun.waits.release");
  if (job.denied && job.back === "after") return t("gun.word.stay");
  return t(`gun.word.${colour || "allow"}`);
}

function amounts(job) {
  const { net_g, pressure_kpa } = job.filled ?? {};
  return {
    amount: net_g !== null && net_g !== undefined ? `${shown(net_g)}\u00a0kg` : `${shown(pressure_kpa)} MPa`,
  };
}

function weights(job) {
  const { answer } = job;
  const pairs = [];
  let stop = true; // the first figure is the one to watch, and as large as it can be
  if (job.step === "done") return [];
  if (["after", "release"].includes(job.step)) {
    const after = answer.turn?.gross_after_g ?? job.gross_after_g;
    if (after) pairs.push([t("gun.gross_after"), `${shown(after)} kg`]);
  } else {
    if (answer.stop_at_kg) pairs.push([t("gun.stop"), `${answer.stop_at_kg} kg`]);
    if (answer.max_pressure_mpa) pairs.push([t("gun.stop_pressure"), `${answer.max_pressure_mpa} MPa`]);
    stop = pairs.length > 0;
    if (answer.max_kg) pairs.push([t("gun.most"), `${answer.max_kg} kg`]);
    const { tare_g, volume_ml } = answer.cylinder ?? {};
    if (tare_g) pairs.push([t("gun.tare"), `${shown(tare_g)} kg`]);
    if (volume_ml) pairs.push([t("gun.volume"), `${shown(volume_ml)} L`]);
  }
  if (!pairs.length) return [];
  return [
    make(
      "dl",
      { class: "gun-weights" },
      pairs.map(([name, value], place) =>
        make("div", stop && !place ? { class: "gun-stop" } : {}, [
          make("dt", {}, [name]),
          make("dd", {}, figure(value)),
        ]),
      ),
    ),
  ];
}

/** An amount with its unit smaller than the number. */
function figure(amount) {
  const [number, unit] = amount.split(" ");
  return [number, make("span", { class: "gun-unit" }, [` ${unit}`])];
}

function findingLine(found) {
  return make("li", {}, [
    make("span", { class: "gun-rule" }, [found.rule]),
    make("span", {}, [`${t(`gun.severity.${found.severity}`)} · ${found.text}`]),
    make("small", {}, [found.basis]),
  ]);
}

/** Dates, and what stands in short brackets, do not break at the end of a line. */
function whole(text) {
  return text
    .replace(/(\d)-(?=\d)/g, "$1\u2011")
    .split(/(（[^）]{1,14}）[，。；]?)/)
    .map((part) => (part.startsWith("（") ? make("span", { class: "gun-whole" }, [part]) : part));
}

function remarks(findings = []) {
  return findings.length ? [make("ul", { class: "gun-findings" }, findings.map(findingLine))] : [];
}

function reasons({ job, setup }, { findings = [] }) {
  const [first, ...others] = findings;
  const held = colourOf(job) === "hold";
  return [
    make("p", { class: "gun-reason" }, whole(first?.text ?? "")),
    make("p", { class: "gun-basis" }, [
      make("span", { class: "gun-rule" }, [first?.rule ?? ""]),
      ` ${first?.basis ?? ""}`,
    ]),
    ...(held
      ? [
          make("div", { class: "gun-hold" }, [
            make("p", {}, [make("strong", {}, [t("gun.hold.who", { office: setup.office })])]),
            make("p", {}, [t("gun.hold.how", { code: job.answer?.cylinder?.code ?? job.text })]),
          ]),
        ]
      : []),
    ...remarks(others),
  ];
}

function side(gun) {
  const { job } = gun;
  const content = [];
  if (job.problem) content.push(make("p", { class: "notice notice-bad", role: "alert" }, [job.problem]));
  if (job.sending)
    content.push(
      make("p", { class: "gun-sending", role: "status" }, [
        t(`gun.sending.${gun.contactState === "here" ? "now" : "again"}`),
      ]),
    );
  if (job.step === "unlock") content.push(unlockCard(job));
  else if (job.step === "release") content.push(make("p", { class: "gun-ask" }, [t("gun.ask.release")]));
  else if (job.step === "give-up") content.push(...giveUp(gun));
  else content.push(...questionView(gun));
  return make("section", { class: "gun-side" }, content);
}

function unlockCard(job) {
  return make("div", { class: "gun-unlock" }, [
    icon("lock"),
    make("p", { class: "gun-ask" }, [t("gun.ask.unlock")]),
    ...(job.token ? [make("p", { class: "gun-countdown", "data-countdown": true, role: "timer" })] : []),
  ]);
}

function giveUp({ setup }) {
  return [
    make("p", { class: "gun-ask" }, [t("gun.ask.give_up")]),
    make(
      "ol",
      { class: "gun-choices" },
      setup.reasons.map((reason) => make("li", {}, [reason])),
    ),
  ];
}

const KEYS = {
  idle: [],
  away: [["Enter", "again"]],
  trouble: [["Escape", "clear"]],
  unlock: [
    ["Enter", "open"],
    ["Escape", "give_up"],
  ],
  release: [
    ["Enter", "release"],
    ["Escape", "leave"],
  ],
  done: [["Enter", "clear"]],
  "give-up": [["Escape", "back"]],
};

function keys(gun) {
  const { job } = gun;
  const step = job?.step ?? "idle";
  let list = KEYS[step] ?? [];
  if (job?.sending) list = gun.contactState === "here" ? [] : [["Enter", "again"]];
  else if (step === "denied") {
    list = job.back ? [["Enter", "correct"]] : [];
    if (job.turnOpen) list = [...list, ["0", "abandon"]];
    list = [...list, ["Escape", "clear"]];
  } else if (["check", "fill", "after"].includes(step)) {
    const question = gun.question();
    list = [
      ["Enter", question?.kind === "items" && gun.setup.by_part ? "in_order" : "next"],
      ["Escape", job.index ? "back" : step === "fill" ? "give_up" : "leave"],
      ["*", "people"],
    ];
    if (job.answer.purpose === "post_check") list.push(["0", "anew"]);
  }
  return list.map(([key, name]) => {
    const one = make(
      "button",
      { type: "button", class: `gun-key${key === "Enter" ? " gun-key-main" : ""}`, "data-does": name },
      [make("kbd", {}, [key === "Escape" ? "Esc" : key]), make("span", {}, [t(`gun.key.${name}`)])],
    );
    one.addEventListener("click", () => {
      one.blur();
      gun.key(key);
    });
    return one;
  });
}

function people(gun) {
  const { job } = gun;
  const named = (login) => gun.now.people.find((person) => person.login === login)?.name ?? "";
  const roles = job?.step === "after" ? ["filler", "postchecker"] : ["filler", "checker"];
  const chips = roles
    .map((role) => [role, named(job ? job.people[role] : gun.kept[role])])
    .filter(([, name]) => name)
    .map(([role, name]) => make("span", { class: "gun-chip" }, [t(`gun.role.${role}`, { name })]));
  const sound = button(t(soundOn() ? "sound.on" : "sound.off"), {
    symbol: soundOn() ? "volume" : "volume-off",
    "aria-pressed": String(soundOn()),
  });
  sound.addEventListener("click", () => {
    setSound(!soundOn());
    sound.blur();
    draw(gun);
  });
  return [...chips, sound];
}

function notices(gun) {
  const lines = gun.notices.map(({ text, tone }) =>
    make("p", { class: `notice notice-${TONES[tone]}` }, [text]),
  );
  const waiting = gun.unanswered;
  if (gun.contactState === "signed-out")
    lines.push(
      make("p", { class: "notice notice-warn" }, [
        t("gun.signed_out"),
        " ",
        make("a", { href: gun.setup.sign_in }, [t("gun.sign_in")]),
      ]),
    );
  else if (gun.contactState === "away" && !standsIn())
    lines.push(make("p", { class: "notice notice-warn" }, [t("gun.away")]));
  if (waiting.length && gun.contactState !== "here")
    lines.push(
      make("p", { class: "notice notice-warn", id: "gun-unanswered" }, [
        t("gun.unsent", { count: waiting.length, names: waiting.map(({ label }) => label).join("、") }),
      ]),
    );
  return lines;
}
