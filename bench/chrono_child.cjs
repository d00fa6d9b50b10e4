// A line in: [[text, reference day], ...]. A line out: [[ranges or null, nanoseconds, error or null], ...].
// A range is [first, last], each [year, month, day, "day" | "month" | "year" as far as chrono is certain].
const { createInterface } = require("node:readline");
const chrono = require("chrono-node");

function point(components) {
  const precise = ["day", "weekday"].some((part) => components.isCertain(part));
  const vague = ["month", "year"].find((part) => components.isCertain(part));
  return [...["year", "month", "day"].map((part) => components.get(part)), precise ? "day" : vague ?? "day"];
}

function answer([text, reference]) {
  const day = new Date(`${reference}T00:00:00`);
  let found = null;
  let error = null;
  const begin = process.hrtime.bigint();
  try {
    found = chrono.ru.parse(text, day, { forwardDate: true });
  } catch (problem) {
    error = problem.name;
  }
  const nanoseconds = Number(process.hrtime.bigint() - begin);
  return [found && found.map(({ start, end }) => [point(start), point(end ?? start)]), nanoseconds, error];
}

createInterface({ input: process.stdin }).on("line", (line) => {
  console.log(JSON.stringify(JSON.parse(line).map(answer)));
});
