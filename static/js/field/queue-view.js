// What waits, what was refused and why, what has arrived.

import { ask } from "../ask.js";
import { button, make } from "../dom.js";
import { shown } from "../offline/clock.js";
import { t } from "../texts.js";
import { discard, edit, editable, isSending, retry, sendAgain, whyStopped } from "./queue.js";
import { records } from "./store.js";

const TONES = { waiting: "info", failed: "bad", sent: "good" };
const FINDING_TONES = { block: "bad", hold: "bad", warn: "warn", info: "muted" };

function act(label, work, tone = "") {
  const one = button(label, { tone });
  one.addEventListener("click", async () => {
    one.disabled = true;
    await work();
    one.disabled = false;
  });
  return one;
}

async function asksToDiscard(found) {
  const words = { go: t("field.discard"), stay: t("field.keep"), tone: "danger" };
  if (await ask(t("field.discard.sure", { place: found.place }), words)) await discard(found.ref);
}

function buttons(found, frame) {
  const offered = [];
  if (found.state === "failed") offered.push(act(t("field.again"), () => retry(found.ref), "primary"));
  const back = async () => (await edit(found.ref)) && frame.go(`#/${found.kind}/${found.ref}`);
  if (editable(found)) offered.push(act(t("field.edit"), back));
  if (found.state !== "sent")
    offered.push(act(t("field.discard"), () => asksToDiscard(found), "outline-danger"));
  return offered.length ? [make("div", { class: "form-buttons" }, offered)] : [];
}

function outcome(found) {
  if (found.kind === "join") return [make("p", {}, [t("field.join.sent")])];
  const open = found.result.findings.filter(({ severity }) => severity === "block" || severity === "hold");
  const waits = open.length === 1 && open[0].rule === "P18";
  const word = found.result.paperless ? "counts" : waits ? "waits" : "lacks";
  const lines = found.result.findings.map(({ rule, severity, text }) =>
    make("li", { class: `text-${FINDING_TONES[severity]}`, "data-rule": rule }, [text]),
  );
  return [
    make("p", { class: "field-outcome", "data-outcome": word }, [t(`field.sent.${word}`)]),
    ...(lines.length ? [make("ul", { class: "field-gaps" }, lines)] : []),
    make("p", {}, [make("a", { href: `/visits/${found.result.id}` }, [t("field.sent.look")])]),
  ];
}

function card(found, frame) {
  const why = found.failure?.sentences ?? [];
  const tries =
    found.state === "waiting" && found.tries
      ? [make("p", { class: "muted" }, [t("field.tries", { count: found.tries })])]
      : [];
  const times = [found.check_in.at, found.check_out?.at].filter(Boolean).map(shown).join(" – ");
  return make(
    "li",
    { class: `box field-${found.state}`, id: `record-${found.ref}`, "data-state": found.state },
    [
      make("div", { class: "box-body" }, [
        make("div", { class: "due-head" }, [
          make("strong", {}, [found.place]),
          make("span", { class: `status-tag tone-${TONES[found.state]}` }, [t(`field.state.${found.state}`)]),
        ]),
        make("p", { class: "muted" }, [`${t(`field.kind.${found.kind}`)} · ${times}`]),
        ...tries,
        ...(why.length
          ? [
              make(
                "ul",
                { class: "field-gaps text-bad" },
                why.map((text) => make("li", {}, [text])),
              ),
            ]
          : []),
        ...(found.state === "sent" ? outcome(found) : []),
        ...buttons(found, frame),
      ]),
    ],
  );
}

/** Draws the queue; `ref`, the record that was just handed over, stands on top. */
export async function queueView(root, ref, frame) {
  const all = (await records()).filter(({ state }) => state !== "draft").reverse();
  const rank = { failed: 0, waiting: 1, sent: 2 };
  const place = (found) => (found.ref === ref ? -1 : rank[found.state]);
  all.sort((a, b) => place(a) - place(b));
  const waiting = all.filter(({ state }) => state === "waiting").length;
  const kept = all.find((found) => found.ref === ref);
  const lead =
    kept && kept.state === "waiting" ? [make("p", { class: "notice notice-good" }, [t("field.stored")])] : [];
  root.replaceChildren(
    ...lead,
    make("p", { role: "status", id: "queue-count", "data-waiting": waiting }, [
      waiting
        ? t(isSending() ? "field.sending" : "field.waiting", { count: waiting })
        : t("field.nothing_waits"),
    ]),
    ...(all.length
      ? [
          make(
            "ul",
            { class: "due-list field-queue" },
            all.map((found) => card(found, frame)),
          ),
        ]
      : []),
  );
  const actions = [make("a", { class: "btn", href: "#/" }, [t("field.next_one")])];
  if (waiting && !whyStopped()) actions.push(act(t("field.send_now"), sendAgain, "primary"));
  return { title: t("field.queue"), back: "#/", actions, live: true };
}
