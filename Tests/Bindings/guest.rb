#!/usr/bin/ruby
# What people do with libvirt, in Ruby. usage: guest.rb URI FOLDER
require "libvirt"

URI, FOLDER = ARGV
def text(name) = File.read("#{FOLDER}/#{name}")
def check(is, what) = is || abort(what)

# The binding has no loop for events: this is one.
class Loop
  READ, WRITE = 1, 2

  def initialize
    @handles, @timeouts, @number = {}, {}, 0
    Libvirt.event_register_impl(
      ->(fd, events, opaque) { @handles[@number += 1] = [fd, events, opaque]; @number },
      ->(id, events) { @handles[id][1] = events }, ->(id) { @handles.delete(id)[2] },
      ->(delay, opaque) { @timeouts[@number += 1] = [delay, opaque]; @number },
      ->(id, delay) { @timeouts[id][0] = delay }, ->(id) { @timeouts.delete(id)[1] })
  end

  def turn
    @timeouts.to_a.each { |id, (delay, opaque)| Libvirt.event_invoke_timeout_callback(id, opaque) if delay == 0 }
    of = ->(bit) { @handles.values.select { |_, events, _| events & bit != 0 }.map { |fd, _, _| IO.for_fd(fd, autoclose: false) } }
    readable, writable = IO.select(of[READ], of[WRITE], [], 0.1)
    ready = Hash.new(0)
    (readable || []).each { |io| ready[io.fileno] |= READ }
    (writable || []).each { |io| ready[io.fileno] |= WRITE }
    @handles.to_a.each do |id, (fd, _, opaque)|
      Libvirt.event_invoke_handle_callback(id, fd, ready[fd], opaque) if ready[fd] != 0
    end
  end
end

loop = Loop.new
host = Libvirt.open(URI)
check(!host.hostname.empty?, "no name of the host")
seen = []
host.domain_event_register_any(Libvirt::Connect::DOMAIN_EVENT_ID_LIFECYCLE, ->(_, _, event, _, _) { seen << event })
await = ->(event) { loop.turn until seen.include?(event) }

domain = host.define_domain_xml(text("domain.xml"))
domain.create
running = host.list_all_domains(Libvirt::Connect::LIST_DOMAINS_RUNNING)
check(running.map(&:uuid) == [domain.uuid], "another list of running guests")
await[Libvirt::Connect::DOMAIN_EVENT_STARTED]

console = host.stream
domain.open_console("serial0", console, 0)
expect = lambda do |words|
  said = +""
  until said.include?(words)
    status, part = console.recv(4096)
    check(status > 0, "the console has ended: #{said}")
    said << part
  end
end
console.send("\r")
expect["guest# "]
console.send("echo $((6 * 7)) apples\r")
expect["42 apples"]
console.abort

domain.snapshot_create_xml(text("snapshot.xml"))
check(domain.list_snapshots == ["taken"], "another list of snapshots")

pool = host.create_storage_pool_xml(text("pool.xml"))
volume = pool.create_volume_xml(text("volume.xml"))
up = host.stream
volume.upload(up, 0, 0)
from = File.open("#{FOLDER}/data", "rb")
up.sendall { |_, count| part = from.read(count); [part ? part.bytesize : 0, part || ""] }
up.finish
down = host.stream
volume.download(down, 0, 0)
File.open("#{FOLDER}/back", "wb") { |to| down.recvall { |part, _| to.write(part) } }
down.finish

domain.destroy
await[Libvirt::Connect::DOMAIN_EVENT_STOPPED]
domain.undefine(Libvirt::Domain::UNDEFINE_SNAPSHOTS_METADATA)
volume.delete
pool.destroy
host.close
# What the binding does when Ruby ends fails without a word.
exit! 0
