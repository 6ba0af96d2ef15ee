#!/usr/bin/perl
# What people do with libvirt, in Perl. usage: guest.pl URI FOLDER
use strict;
use warnings;
use Sys::Virt;

my ($uri, $folder) = @ARGV;

sub text { local (@ARGV, $/) = ("$folder/$_[0]"); return scalar <> }
sub check { my ($is, $what) = @_; die "$what\n" unless $is }

Sys::Virt::Event::register_default();
# So that its loop comes back where nothing happens.
Sys::Virt::Event::add_timeout(100, sub { });
my $host = Sys::Virt->new(uri => $uri);
check(length $host->get_hostname(), "no name of the host");
my @seen;
$host->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { push @seen, $_[2]; return 0 });
sub await { my ($event) = @_; Sys::Virt::Event::run_default() until grep { $_ == $event } @seen }

my $domain = $host->define_domain(text("domain.xml"));
$domain->create();
my @running = $host->list_all_domains(Sys::Virt::Domain::LIST_RUNNING);
check(@running == 1 && $running[0]->get_uuid_string() eq $domain->get_uuid_string(), "another list of running guests");
await(Sys::Virt::Domain::EVENT_STARTED);

my $console = $host->new_stream();
$domain->open_console($console, undef);
sub expect {
    my ($words) = @_;
    my ($said, $part) = ("", "");
    until (index($said, $words) >= 0) {
        check($console->recv($part, 4096) > 0, "the console has ended");
        $said .= $part;
    }
}
$console->send("\r", 1);
expect("guest# ");
my $line = "echo \$((6 * 7)) apples\r";
$console->send($line, length $line);
expect("42 apples");
$console->abort();

$domain->create_snapshot(text("snapshot.xml"));
check(join(",", map { $_->get_name() } $domain->list_all_snapshots()) eq "taken", "another list of snapshots");

my $pool = $host->create_storage_pool(text("pool.xml"));
my $volume = $pool->create_volume(text("volume.xml"));
my $up = $host->new_stream();
$volume->upload($up, 0, 0);
open my $from, "<", "$folder/data" or die $!;
$up->send_all(sub { return sysread($from, $_[1], $_[2]) });
$up->finish();
my $down = $host->new_stream();
$volume->download($down, 0, 0);
open my $to, ">", "$folder/back" or die $!;
$down->recv_all(sub { return syswrite($to, $_[1], $_[2]) });
$down->finish();

$domain->destroy();
await(Sys::Virt::Domain::EVENT_STOPPED);
$domain->undefine(Sys::Virt::Domain::UNDEFINE_SNAPSHOTS_METADATA);
$volume->delete();
$pool->destroy();
