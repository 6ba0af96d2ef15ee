import Glibc
import LinuxSystem

// The heap, signals and inherited sockets come first: later there are other threads.
ThisProcess.shareHeap()
SignalSource.block([SIGTERM, SIGINT])
SignalSource.ignore(SIGPIPE)
SignalSource.ignore(SIGHUP)
let inherited = InheritedSockets.take()
_ = ThisProcess.setFileMask(0o077)

let options: Options
do {
    options = try Options(Array(CommandLine.arguments.dropFirst()))
} catch {
    ThisProcess.exit(error.answer())
}

// The main thread only waits. Handed to Dispatch it would take the signals that were blocked above.
Task.detached { [options, inherited] in ThisProcess.exit(await serve(options, inherited)) }
while true { pause() }
