"""vobject: the reader of Radicale and of many contact programs."""

import vobject
from _lines import files, line

for name, body in files():
    for event in vobject.readOne(body.decode()).contents.get("vevent", ()):
        status = event.status.value if "status" in event.contents else None
        line(name, event.uid.value, event.dtstart.value, event.dtend.value, event.summary.value, status)
