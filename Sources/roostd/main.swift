import Daemon
import DriverKit
import Glibc
import LinuxSystem
import Logging
import QEMUDriver
import Virt
import VirtDriver

/// The version of this daemon.
let version = "0.1.0"

// Inherited sockets and signals come first: later there are other threads.
SignalSource.block([SIGTERM, SIGINT])
let inherited = InheritedSockets.take()
SignalSource.ignore(SIGPIPE)
SignalSource.ignore(SIGHUP)
_ = ThisProcess.setFileMask(0o077)

let options: Options
do {
    options = try Options(Array(CommandLine.arguments.dropFirst()))
} catch {
    switch error {
    case .help: print(Options.help)
    case .version: print("roostd \(version)")
    case .wrong(let reason):
        complain("roostd: \(reason); see roostd --help")
        ThisProcess.exit(2)
    }
    ThisProcess.exit(0)
}

/// Says something on the standard error.
func complain(_ text: String) { try? Descriptor.standardError.writeAll((text + "\n").utf8) }

let (ending, endingFeed) = AsyncStream.makeStream(of: Int32.self)
let signals = try? SignalSource([SIGTERM, SIGINT]) { endingFeed.yield($0) }

do {
    let daemon = try await RunningDaemon(options, inherited: inherited)
    ServiceNotice.ready(status: "serving \(daemon.places.socketFolder)")
    await daemon.startGuests()
    for await signal in ending {
        daemon.log.info("signal \(signal): the daemon ends, its guests run on")
        break
    }
    ServiceNotice.stopping()
    daemon.stop()
} catch {
    complain("roostd: \(error)")
    ThisProcess.exit(1)
}
ThisProcess.exit(0)
