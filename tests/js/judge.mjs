// Judges by static/js/station what stands in files: node tests/js/judge.mjs LIST KEY ASKED > ANSWERS. ASKED holds an array of
// [text, {gun, medium, now, skew?, fill?}]; ANSWERS the verdicts.
import { readFile } from "node:fs/promises";
import { judgeText } from "../../static/js/station/judge.js";
import { importKey, inMemory } from "../../static/js/station/snapshot.js";

const [, , list, key, asked] = process.argv;
const bytes = new Uint8Array(await readFile(list));
const found = await inMemory(bytes, await importKey(key));
const answers = [];
for (const [text, at] of JSON.parse(await readFile(asked, "utf8"))) {
  const { row, facts, error, ...answer } = await judgeText(found, text, at);
  answers.push({ ...answer, ...(error && { error: String(error) }) });
}
process.stdout.write(JSON.stringify(answers));
