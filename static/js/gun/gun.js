// The gun and the cylinder at it: what is scanned, answered, sent and shown next. One job at a time; the next scan begins the
// next one at once, whatever is shown.
import { t } from "../texts.js";
import { keepDraft } from "./drafts.js";
import { codeOf, hasDraft, isAnswered, nameOf, numberOf, questionsOf, restInOrder, turnItem } from "./job.js";
import { openOutbox, sendNow, unanswered } from "./outbox.js";
import { barred } from "./questions.js";
import { Turn } from "./turn.js";
import { adopt, watch } from "./watch.js";

const OPEN_STEPS = ["check", "fill", "after"];
const SAME_CAMERA_MS = 20000; // the bottle before the camera is scanned once
const SAID_MS = { info: 20000, warn: 60000, bad: 60000 }; // how long a notice stands
const LONG = /^\d{7,}$/; // no weight: a bar code without letters

class Gun extends Turn {
  setup = null;
  job = null;
  now = { people: [], readings: [], waiting: {} };
  kept = { filler: "", checker: "", postchecker: "" };
  temperature = "";
  notices = [];
  contactState = "here";
  held = "";
  lastScan = { text: "", at: 0 };
  freeSince = 0;
  show = () => {};

  open(setup, show) {
    this.setup = setup;
    this.now = setup.now;
    this.kept.filler = setup.me;
    this.show = () => show(this);
    const left = openOutbox(setup.owner, (state) => this.contact(state));
    for (const { name, label, request } of left) this.background(name, label, request);
    window.addEventListener("online", sendNow);
    watch(this);
    setInterval(() => this.tick(), 1000);
    this.show();
  }

  // --- what comes in -------------------------------------------------------------------------------------------------

  /** A reading of the scanner or the camera, or what was entered by keys or into a field. */
  text(text, source = "gun") {
    const question = this.question();
    if (question?.kind === "number" && numberOf(question, text) !== null && source !== "camera") {
      this.type(text);
      return this.enter();
    }
    if (
      source === "camera" &&
      this.job &&
      text === this.lastScan.text &&
      Date.now() - this.lastScan.at < SAME_CAMERA_MS
    )
      return undefined;
    const person = this.personOf(text);
    if (person) return this.badge(person);
    return this.scan(text);
  }

  hold(text) {
    this.held = text;
    this.show("held");
  }

  /** One key of a finger; true when it means something now. */
  key(key) {
    if (key === "Enter") return this.enter();
    if (key === "Escape") return this.back();
    const question = this.question();
    if (key === "Backspace") return this.erase();
    if (this.isDigit(key)) {
      const before = this.job.readings[question.key] ? "" : (this.job.values[question.key] ?? "");
      return this.type(before + key);
    }
    if (/^\d$/.test(key)) return this.choose(key === "0" ? 10 : Number(key));
    if (key === "*") return this.askPeople();
    return false;
  }

  // --- going on ------------------------------------------------------------------------------------------------------

  questions() {
    return this.job ? questionsOf(this.setup, this.job) : [];
  }

  question() {
    return this.job && OPEN_STEPS.includes(this.job.step) && !this.job.sending
      ? this.questions()[this.job.index]
      : undefined;
  }

  enter() {
    const { job } = this;
    if (!job) return false;
    if (job.step === "away") this.askAgain?.();
    if (job.sending) sendNow();
    if (job.step === "away" || job.sending) return true;
    if (job.step === "unlock") this.unlock(job);
    else if (job.step === "release") this.submit(job);
    else if (job.step === "denied" && job.back) this.goTo(job.back, 0);
    else if (job.step === "give-up") this.goTo(job.back, 0);
    else if (job.step === "done") this.free();
    else if (OPEN_STEPS.includes(job.step)) this.next(job);
    else return false;
    return true;
  }

  next(job) {
    const question = this.question();
    if (question) {
      const grouped = this.setup.by_part;
      const typed = job.values[question.key] ?? "";
      if (question.kind === "number" && LONG.test(typed)) {
        this.type("");
        return this.scan(typed);
      }
      if (!isAnswered(job, question, grouped)) {
        job.errors = { [question.field]: [t(`gun.needed.${question.kind}`)] };
        return this.show();
      }
      if (question.kind === "items" && grouped) restInOrder(job, question.items);
      delete job.errors[question.field];
    }
    const list = this.questions();
    const place = question ? list.findIndex(({ key }) => key === question.key) : job.index - 1;
    // A person who is known now is no question any more: the next one stands where it stood.
    job.index = question && place < 0 ? job.index : place + 1;
    if (job.index >= list.length) return this.submit(job);
    return this.settle();
  }

  goTo(step, index) {
    const { job } = this;
    job.step = step;
    job.index = index;
    job.problem = "";
    job.denied = null;
    job.back = "";
    this.settle();
  }

  /** Shows the question that comes now, with what its scale says. */
  settle() {
    adopt(this);
    this.show();
    if (this.question()?.measures) watch(this);
  }

  back() {
    const { job } = this;
    if (!job) return false;
    job.problem = "";
    if (job.sending) return true;
    if (OPEN_STEPS.includes(job.step) && job.index > 0) this.goTo(job.step, job.index - 1);
    else if (["unlock", "fill"].includes(job.step)) {
      job.back = job.step;
      job.step = "give-up";
      this.show();
    } else if (job.step === "give-up") this.goTo(job.back, 0);
    else this.free();
    return true;
  }

  /** Back to the empty screen; what was told is kept. */
  free() {
    this.leave();
    this.job = null;
    this.show();
    watch(this);
  }

  leave() {
    const { job } = this;
    if (!job || job.sending || !hasDraft(job) || !job.answer) return;
    keepDraft(codeOf(job), job);
    this.say(t("gun.kept", { name: nameOf(job) }), "info");
  }

  // --- answers of fingers --------------------------------------------------------------------------------------------

  type(text) {
    const question = this.question();
    if (question?.kind !== "number") return false;
    delete this.job.readings[question.key];
    this.job.values[question.key] = text;
    if (question.key === "temperature") this.temperature = text;
    this.job.errors = {};
    this.show();
    return true;
  }

  isDigit(key) {
    return this.question()?.kind === "number" && /^[\d.,-]$/.test(key);
  }

  /** What was typed last belongs to a reading. */
  takeBack(count) {
    const { key, kind } = this.question() ?? {};
    if (kind === "number") this.type(this.job.values[key].slice(0, -count));
  }

  erase() {
    const question = this.question();
    if (question?.kind !== "number") return false;
    return this.type((this.job.values[question.key] ?? "").slice(0, -1));
  }

  /** The number of an item, a choice, a person, a reason. */
  choose(number) {
    const { job } = this;
    if (job?.step === "denied" && job.turnOpen && number === 10)
      return this.giveUp(job.denied.findings[0]?.text ?? "");
    if (job?.step === "give-up") return this.giveUp(this.setup.reasons[number - 1]);
    if (job?.step === "after" && job.answer.purpose === "post_check" && number === 10 && !job.sending)
      return this.anew();
    const question = this.question();
    if (!question) return false;
    if (question.kind === "items" && question.items[number - 1])
      turnItem(job, question.items[number - 1], this.setup.by_part);
    else if (question.kind === "choice" && question.choices[number - 1]) {
      job.choices[question.key] = question.choices[number - 1];
      if (job.choices[question.key] !== "other") return this.enter();
    } else if (question.kind === "person" && this.now.people[number - 1])
      return this.take(this.now.people[number - 1], question.role);
    else return false;
    this.show();
    return true;
  }

  take(person, role) {
    const { job } = this;
    if (barred(job, role).includes(person.login)) {
      job.errors = {
        [role === "filler" ? "filler" : "checker"]: [t("gun.same_person", { name: person.name })],
      };
      this.show();
      return true;
    }
    job.people[role] = person.login;
    this.kept[role] = person.login;
    job.errors = {};
    // The person is no question any more: what stood behind it has its place.
    if (job.index >= this.questions().length) this.submit(job);
    else this.settle();
    return true;
  }

  personOf(text) {
    return this.now.people.find(({ login }) => login.toLowerCase() === text.toLowerCase());
  }

  /** Somebody's badge was scanned: he does what is being done. */
  badge(person) {
    const role = { check: "checker", unlock: "filler", fill: "filler", after: "postchecker" }[this.job?.step];
    if (!role) {
      this.say(t("gun.badge", { name: person.name }), "info");
      return true;
    }
    if (this.question()?.kind === "person") return this.take(person, role);
    if (barred(this.job, role).includes(person.login))
      this.say(t("gun.same_person", { name: person.name }), "warn");
    else {
      this.job.people[role] = person.login;
      this.kept[role] = person.login;
      this.say(t(`gun.badge.${role}`, { name: person.name }), "info");
    }
    return true;
  }

  askPeople() {
    const { job } = this;
    const role = { check: "checker", fill: "filler", after: "postchecker" }[job?.step];
    if (!role || job.sending) return false;
    job.people[role] = "";
    job.index = this.questions().findIndex((question) => question.role === role);
    this.show();
    return true;
  }

  // --- around --------------------------------------------------------------------------------------------------------

  contact(state) {
    if (state === this.contactState) return;
    this.contactState = state;
    this.show();
  }

  say(text, tone) {
    this.notices = [...this.notices.slice(-2), { text, tone, until: Date.now() + SAID_MS[tone] }];
    this.show();
  }

  get unanswered() {
    return unanswered();
  }

  tick() {
    const before = this.notices.length;
    this.notices = this.notices.filter(({ until }) => until > Date.now());
    this.show(before === this.notices.length ? "clock" : "");
  }
}

export const gun = new Gun();
