import Glibc
import LinuxSystem
import Logging

/// The version of this daemon.
let daemonVersion = "0.1.0"

/// Serves until a signal ends it; the process' exit status.
func serve(
    _ options: Options, _ inherited: [InheritedSockets.Socket], _ signals: AsyncStream<Int32>
) async -> Int32 {
    do {
        var daemon = try await RunningDaemon(options, inherited: inherited)
        ServiceNotice.ready(status: "serving \(daemon.places.socketFolder)")
        if inherited.isEmpty { daemon.log.info("\(daemon.places.invitation)") }
        // A guest may take long to start: signals are heeded meanwhile.
        Task { [daemon] in
            await daemon.autostart()
            ThisProcess.returnMemory()
        }
        for await signal in signals {
            if signal == SIGHUP {
                await daemon.reload()
                continue
            }
            daemon.log.info("signal \(signal): the daemon ends, its guests run on")
            break
        }
        ServiceNotice.stopping()
        await daemon.stop()
        return 0
    } catch {
        complain("roostd: \(error)")
        return 1
    }
}

/// Says something on the standard error.
func complain(_ text: String) { try? Descriptor.standardError.writeAll((text + "\n").utf8) }

extension Options.Request {
    /// Does what was asked for instead of serving; the process' exit status.
    func answer() -> Int32 {
        switch self {
        case .help: print(Options.help)
        case .version: print("roostd \(daemonVersion)")
        case .wrong(let reason):
            complain("roostd: \(reason); see roostd --help")
            return 2
        }
        return 0
    }
}
