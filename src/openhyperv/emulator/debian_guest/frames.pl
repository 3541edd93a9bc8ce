#!/bin/perl
# Raw Ethernet frames, as no program of busybox sends them.
#   frames send eth0 HEX...    sends these frames
#   frames repeat eth0 HEX     sends one every five milliseconds until it is ended, from when the card is there
#   frames listen FILE         writes what every card gets: "eth0 HEX", the first 80 bytes of each frame
# Nothing of perl's library is there: no modules, and no glob, which is one.
my ($verb, $where, @frames) = @ARGV;
my ($PF_PACKET, $SOCK_RAW, $ETH_P_ALL, $OUTGOING) = (17, 3, 3, 4);
socket(my $socket, $PF_PACKET, $SOCK_RAW, unpack("S", pack("n", $ETH_P_ALL))) or die "socket: $!\n";

sub number_of {
    open(my $file, "<", "/sys/class/net/$_[0]/ifindex") or return 0;
    return int(readline $file);
}

sub emit {
    my $address = pack("S n i S C C a8", $PF_PACKET, $ETH_P_ALL, number_of($where), 0, 0, 6, "");
    return send($socket, pack("H*", $_[0]), 0, $address);
}

if ($verb eq "send") {
    emit($_) or die "send: $!\n" for @frames;
} elsif ($verb eq "repeat") {
    while (1) { emit($frames[0]); select(undef, undef, undef, 0.005); }
} elsif ($verb eq "listen") {
    my %names;
    open(my $file, ">", $where) or die "$where: $!\n";
    while (defined(my $from = recv($socket, my $data, 80, 0))) {
        my ($number, $kind) = (unpack("S n i S C", $from))[2, 4];
        next if $kind == $OUTGOING;
        if (!$names{$number}) {
            opendir(my $cards, "/sys/class/net");
            $names{number_of($_)} = $_ for readdir $cards;
        }
        syswrite($file, "$names{$number} " . unpack("H*", $data) . "\n");
    }
}
