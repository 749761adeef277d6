// Every rule that the schema is held to, as a case: it passes when nothing is found but what is excepted, and when all
// that is excepted is found. Run from the folder that holds the schema.
import { readFileSync } from "node:fs";
import { ESLint } from "eslint";

const FILE = "schema.graphql";
const eslint = new ESLint({ overrideConfigFile: "lint/eslint.config.mjs" });
const excepted = JSON.parse(readFileSync("lint/exceptions.json", "utf8"));
const [{ messages }] = await eslint.lintFiles([FILE]);
const { rules } = await eslint.calculateConfigForFile(FILE);
const held = Object.keys(rules).filter((rule) => [rules[rule]].flat()[0] !== 0);

const unread = messages.filter(({ ruleId }) => !held.includes(ruleId)).map(({ message }) => message);
const cases = held.map((rule) => {
  const found = messages.filter(({ ruleId }) => ruleId === rule);
  const known = Object.keys(excepted[rule] ?? {});
  const wrong = found
    .filter(({ message }) => !known.includes(message))
    .map(({ line, message }) => `line ${line}: ${message}`);
  const gone = known.filter((each) => !found.some(({ message }) => message === each));
  return { name: rule, reason: [...wrong, ...gone.map((each) => `excepted, and not there: ${each}`)].join("\n") };
});
for (const { name, reason } of [...cases, { name: "can be read", reason: unread.join("\n") }]) {
  console.log(JSON.stringify({ name, passed: !reason, reason }));
}
