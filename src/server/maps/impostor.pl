# For tests: something that calls itself dockerd, listens on socket $2, and is bad in the way of $1; `crowd` answers
# properly, with five thousand containers called $3.
use strict;
use warnings;
use IO::Socket::UNIX;

my ($way, $path, $name) = @ARGV;
$0 = 'dockerd';
$SIG{PIPE} = 'IGNORE';
my $listening = IO::Socket::UNIX->new(Local => $path, Listen => 9) or die $!;
my @kept;

sub answer {
    my ($asked) = @_;
    return qq({"ID":"crowd","Containers":5000}) if $asked =~ m{^GET /info};
    return qq({"Id":"$1","Created":"","Name":"/$name","Config":{"Image":"<b>"},"HostConfig":{"Privileged":false},)
        . qq("State":{"Status":"exited","Pid":0,"ExitCode":0}})
        if $asked =~ m{^GET /containers/(\w{64})/};
    return '{}' if $asked !~ m{^GET /containers/json};
    return '[' . join(',', map { sprintf '{"Id":"%064x"}', $_ } $asked =~ /running/ ? () : 1 .. 5000) . ']';
}

while (my $to = $listening->accept) {
    my $asked = <$to>;
    while (<$to> =~ /\S/) { }
    $to->autoflush;
    if ($way eq 'mute') { push @kept, $to; next }
    print $to "HTTP/1.0 200 OK\r\n\r\n";
    if ($way eq 'nonsense') { print $to "{]\0<html>" }
    if ($way eq 'endless') { while (print $to '0' x 65536) { } }
    if ($way eq 'slow') { while (print $to '[') { sleep 1 } }
    if ($way eq 'vanishing') { print $to '[{"Id":'; exit }
    if ($way eq 'crowd') { print $to answer($asked), "\n" }
    close $to;
}
