// ical.js: the reader of Thunderbird's calendar and of Nextcloud's.
const fs = require("node:fs");
const path = require("node:path");
const ICAL = require("ical.js").default ?? require("ical.js");

for (const file of process.argv.slice(2)) {
  const calendar = new ICAL.Component(ICAL.parse(fs.readFileSync(file, "utf8")));
  for (const component of calendar.getAllSubcomponents("vevent")) {
    const event = new ICAL.Event(component);
    if (!event.startDate.isDate || !event.endDate.isDate) throw new Error("not all-day");
    const last = event.endDate.clone();
    last.adjust(-1, 0, 0, 0);
    console.log(JSON.stringify({
      file: path.basename(file), uid: event.uid, first: event.startDate.toString(), last: last.toString(),
      summary: event.summary, status: component.getFirstPropertyValue("status"),
    }));
  }
}
