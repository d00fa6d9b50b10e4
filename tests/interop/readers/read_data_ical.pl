# Data::ICal of Perl: it gives the values as written, so that folding and escaping are its own work.
use strict;
use warnings;
use Data::ICal;
use Encode qw(decode_utf8 encode_utf8);
use File::Basename qw(basename);
use JSON::PP;
use Time::Piece;

my $json = JSON::PP->new->canonical;
for my $file (@ARGV) {
    open my $in, '<', $file or die $!;
    my $body = do { local $/; <$in> };
    my $calendar = Data::ICal->new(data => $body) or die "$file is not read";
    for my $event (grep { $_->ical_entry_type eq 'VEVENT' } @{ $calendar->entries }) {
        my $value = sub { my $found = $event->property($_[0]); $found && @$found ? decode_utf8($found->[0]->decoded_value) : undef };
        my ($first, $end) = map { Time::Piece->strptime($value->($_), '%Y%m%d') } qw(dtstart dtend);
        print $json->utf8->encode({
            file => basename($file), uid => $value->('uid'), first => $first->ymd, last => ($end - 86400)->ymd,
            summary => $value->('summary'), status => $value->('status'),
        }), "\n";
    }
}
