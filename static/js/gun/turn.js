// What the gun sends about the cylinder at it and what becomes of the answers: the scan, the steps of its turn, the gun's leave.
import { beep, say as speak } from "../sound.js";
import * as contact from "../station/line.js";
import { t } from "../texts.js";
import { takeDraft } from "./drafts.js";
import { BUILD, codeOf, nameOf, newJob, questionOf, standing, temperatureOf } from "./job.js";
import { deliver } from "./outbox.js";
import { watch } from "./watch.js";

const SEND = {
  check: contact.precheck,
  fill: contact.fill,
  after: contact.postcheck,
  release: contact.release,
};
const AGAIN_MS = 2500;
const DENIED = ["hold", "block"];

/** The part of the gun (gun.js) that sends; `job` is the cylinder at it. */
export class Turn {
  async scan(text, purpose = "next") {
    this.leave();
    this.lastScan = { text, at: Date.now() };
    const job = newJob(text, contact.now(), this.kept);
    this.job = job;
    if (this.temperature) job.values.temperature = this.temperature;
    this.show();
    const answer = await this.ask(job, purpose);
    if (!answer || this.job !== job) {
      if (answer) this.say(t("gun.passed_over", { name: answer.body?.cylinder?.serial_no ?? text }), "warn");
      return;
    }
    if (answer.status !== 200) return this.trouble(job, answer);
    job.step = standing(job, answer.body);
    Object.assign(job, takeDraft(codeOf(job), job.step) ?? {});
    if (job.step === "unlock") this.leaveOf(job, answer.body);
    this.announce(job, answer.body.verdict);
    this.show();
    watch(this);
  }

  /** Asks until there is an answer or something else is scanned. No answer is never an allowing one. */
  async ask(job, purpose) {
    const { gun, medium } = this.setup;
    const request = { code: job.text, purpose, gun, medium };
    const warm = temperatureOf(job) ?? job.celsius;
    if (warm !== undefined) request.temperature_c = warm;
    for (;;) {
      try {
        const answer = await contact.scan(request);
        this.contact(answer.status === 401 ? "signed-out" : "here");
        return answer;
      } catch (error) {
        if (!(error instanceof contact.Unreachable)) throw error;
      }
      if (this.job !== job) return null;
      if (job.step === "asking") {
        job.step = "away";
        this.announce(job, "block", t("gun.away.verdict"));
      }
      this.contact("away");
      await new Promise((resolve) => {
        this.askAgain = resolve;
        setTimeout(resolve, AGAIN_MS);
      });
      if (this.job !== job) return null;
    }
  }

  /** The gun's leave runs from the moment it was given. */
  leaveOf(job, answer) {
    job.token = answer.unlock ?? null;
    job.tokenUntil = Date.now() + this.setup.unlock_seconds * 1000;
    job.limits = answer;
  }

  async submit(job) {
    const { step } = job;
    const request = BUILD[step](this.setup, job, contact.now());
    job.sending = step;
    job.problem = "";
    this.show();
    const answer = await deliver(step, SEND[step], request, nameOf(job));
    job.sending = "";
    if (this.job !== job) return this.report(step, nameOf(job), answer);
    if (answer.status >= 400) return this.refused(job, step, answer);
    this.freeSince = contact.now().getTime();
    job.gross_before_g ??= step === "check" ? (request.gross_before_g ?? null) : null;
    if (step === "fill") job.gross_after_g = request.gross_after_g;
    return this.recorded(job, step, answer.body);
  }

  async recorded(job, step, body) {
    job.celsius = temperatureOf(job);
    job.readings = {};
    job.denied = null;
    if (step === "check") return this.checked(job, body);
    if (step === "fill") {
      job.byWeight = body.net_g !== null && body.net_g !== undefined;
      job.filled = body;
      beep(body.verdict === "warn" ? "warn" : "allow");
      this.goTo("after", 0);
    } else if (step === "after") {
      if (DENIED.includes(body.verdict)) return this.deny(job, body, "after");
      job.findings = body.findings;
      this.goTo("release", 0);
    } else {
      this.announce(job, "allow", t("gun.released"));
      this.goTo("done", 0);
    }
    return watch(this);
  }

  async checked(job, body) {
    job.turnOpen = true;
    if (DENIED.includes(body.verdict)) return this.deny(job, body, "");
    job.answer.findings = body.findings;
    job.answer.verdict = body.verdict;
    job.step = "unlock";
    return this.unlockAnew(job);
  }

  async unlockAnew(job) {
    job.token = null;
    job.sending = "scan";
    this.show();
    const answer = await this.ask(job, "fill");
    job.sending = "";
    if (!answer || this.job !== job) return undefined;
    if (answer.status !== 200) return this.trouble(job, answer);
    job.answer.stop_at_kg = answer.body.stop_at_kg;
    job.answer.max_kg = answer.body.max_kg;
    job.answer.max_pressure_mpa = answer.body.max_pressure_mpa;
    if (DENIED.includes(answer.body.verdict)) return this.deny(job, answer.body, "");
    this.leaveOf(job, answer.body);
    return this.show();
  }

  async unlock(job) {
    if (!job.token || Date.now() > job.tokenUntil) return this.unlockAnew(job);
    job.sending = "unlock";
    job.problem = "";
    this.show();
    try {
      const answer = await contact.unlock({ token: job.token, gun: this.setup.gun });
      this.contact(answer.status === 401 ? "signed-out" : "here");
      job.token = null;
      if (answer.status !== 200) job.problem = answer.body?.detail ?? t("gun.signed_out");
      else {
        job.startedAt = contact.now().toISOString();
        job.step = "fill";
        job.index = 0;
      }
    } catch (error) {
      if (!(error instanceof contact.Unreachable)) throw error;
      this.contact("away");
      job.problem = t("gun.unlock_unanswered");
    }
    job.sending = "";
    return this.settle();
  }

  async giveUp(reason) {
    const { job } = this;
    if (!reason || job.sending) return false;
    job.sending = "abort";
    this.show();
    try {
      const answer = await contact.abort({ code: job.text, reason: reason.slice(0, 200) });
      job.sending = "";
      // 404: an earlier attempt got through and its answer was lost.
      if (answer.status >= 400 && answer.status !== 404)
        job.problem = answer.body?.detail ?? t("gun.signed_out");
      else {
        this.say(t("gun.given_up", { name: nameOf(job) }), "info");
        this.job = null;
      }
    } catch (error) {
      if (!(error instanceof contact.Unreachable)) throw error;
      job.sending = "";
      job.problem = t("gun.unanswered");
      this.contact("away");
    }
    this.show();
    return true;
  }

  /** It has come back empty although nobody checked and released it: a turn of its own. */
  anew() {
    const { text } = this.job;
    this.job = null;
    this.scan(text, "fill");
    return true;
  }

  refused(job, step, { body }) {
    if (body?.findings) return this.deny(job, body, step === "release" ? "after" : step);
    job.errors = body?.errors ?? {};
    const questions = this.questions();
    const fields = Object.keys(job.errors);
    const place = Math.min(
      ...fields.map((field) => questionOf(questions, field)).filter((found) => found >= 0),
    );
    const elsewhere = fields.filter((field) => questionOf(questions, field) < 0);
    job.problem = fields.length
      ? elsewhere.map((field) => [job.errors[field]].flat().join("；")).join("；")
      : (body?.detail ?? t("gun.unanswered"));
    if (Number.isFinite(place)) job.index = place;
    else job.index = Math.max(0, Math.min(job.index, questions.length - 1));
    beep("hold");
    speak(job.problem || Object.values(job.errors).flat().join("。"));
    return this.show();
  }

  deny(job, body, back) {
    const severities = body.findings.map(({ severity }) => severity);
    const verdict = severities.includes("block") ? "block" : "hold";
    job.denied = { verdict, findings: body.findings, offline: body.offline };
    job.step = "denied";
    job.back = back;
    this.announce(job, verdict, body.findings[0]?.text);
    return this.show();
  }

  trouble(job, answer) {
    const said = Object.values(answer.body?.errors ?? {}).flat();
    job.step = "trouble";
    job.problem = said.join("；") || (answer.status === 401 ? t("gun.signed_out") : answer.body?.detail);
    this.announce(job, "block", job.problem);
    return this.show();
  }

  /** An answer that came after the next scan. */
  report(step, name, answer) {
    const denied = answer.status >= 400 || DENIED.includes(answer.body?.verdict);
    const reason = answer.body?.findings?.[0]?.text ?? answer.body?.detail ?? "";
    this.say(
      t(denied ? `gun.late.${step}.no` : `gun.late.${step}`, { name, reason }),
      denied ? "bad" : "info",
    );
    if (denied) beep("block");
    this.show();
  }

  async background(name, label, request) {
    this.say(t("gun.resending", { name: label }), "info");
    this.report(name, label, await deliver(name, SEND[name], request, label));
  }

  announce(job, verdict, reason = "") {
    beep(verdict);
    const first = reason || (verdict === "allow" ? "" : (job.answer?.findings?.[0]?.text ?? ""));
    const word =
      job.step === "after" || job.step === "release" ? t(`gun.waits.${job.step}`) : t(`gun.word.${verdict}`);
    job.spoken = job.step === "done" ? reason : `${word}。${first}`;
    speak(job.spoken);
  }
}
