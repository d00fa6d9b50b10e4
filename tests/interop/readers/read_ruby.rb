# ruby-icalendar: the reader of GitLab's and Redmine's world.
require "icalendar"
require "json"
require "stringio"

ARGV.each do |file|
  Icalendar::Calendar.parse(File.read(file, encoding: "UTF-8")).each do |calendar|
    calendar.events.each do |event|
      first, last = event.dtstart.to_date, event.dtend.to_date - 1
      puts JSON.generate(file: File.basename(file), uid: event.uid.to_s, first: first.iso8601, last: last.iso8601,
                         summary: event.summary.to_s, status: event.status&.to_s)
    end
  end
end
