// node-ical: the reader of Node-RED, MagicMirror and Homebridge. Days are local midnights of the process.
const path = require("node:path");
const ical = require("node-ical");

const day = (at) => [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((n) => String(n).padStart(2, "0")).join("-");

for (const file of process.argv.slice(2)) {
  for (const event of Object.values(ical.sync.parseFile(file))) {
    if (event.type !== "VEVENT") continue;
    if (event.datetype !== "date") throw new Error("not all-day");
    const last = new Date(event.end);
    last.setDate(last.getDate() - 1);
    console.log(JSON.stringify({
      file: path.basename(file), uid: event.uid, first: day(event.start), last: day(last),
      summary: event.summary, status: event.status ?? null,
    }));
  }
}
