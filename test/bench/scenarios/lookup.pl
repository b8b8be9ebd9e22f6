#!/usr/bin/perl
# What a hotline written as AGI scripts does before the queue: answer, look the caller up, start the recording. Plain perl
# without a module and with no database behind the look-up, so that the least a perl script can cost is what is measured.
use strict;
use warnings;
$| = 1;

my %channel;
while (defined(my $line = <STDIN>)) {
    $line =~ s/\s+$//;
    last if $line eq '';
    $channel{$1} = $2 if $line =~ /^agi_(\w+):\s*(.*)$/;
}

sub ask {
    my ($command) = @_;
    print "$command\n";
    my $answer = <STDIN>;
    exit 0 unless defined $answer;    # the citizen has hung up
    return $answer =~ /result=(-?\d+)/ ? $1 : -1;
}

my %known = ('13900000001' => 5);
my $caller = $channel{callerid} // '';
$caller =~ s/\D//g;
ask('ANSWER');
ask('SET VARIABLE QUEUE_PRIO ' . ($known{$caller} // 0));
ask("EXEC MixMonitor $ARGV[0]/$channel{uniqueid}.raw,D");
