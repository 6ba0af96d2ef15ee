import Glibc
import LinuxSystem

// The words, the heap, limits, signals and inherited sockets come first: later there are other threads.
let words = ThisProcess.arguments()
ThisProcess.shareHeap()
ThisProcess.raiseFileLimit()
let endingSignals = [SIGTERM, SIGINT]
SignalSource.block(endingSignals + [SIGHUP])
SignalSource.ignore(SIGPIPE)
SignalSource.ignore(SIGHUP)
let inherited = InheritedSockets.take()
_ = ThisProcess.setFileMask(0o077)

let options: Options
do {
    options = try Options(Array(words.dropFirst()))
} catch {
    ThisProcess.exit(error.answer())
}

let (signals, told) = AsyncStream.makeStream(of: Int32.self)
Task.detached { [options, inherited] in ThisProcess.exit(await serve(options, inherited, signals)) }

// The main thread only waits for signals. It needs no other thread for that, so nothing that clients ask for delays the
// daemon's end; and what doesn't end by itself then is left as if the daemon were killed.
while true {
    let signal = SignalSource.wait(for: endingSignals + [SIGHUP])
    told.yield(signal)
    if signal != SIGHUP { break }
}
_ = SignalSource.wait(for: endingSignals, atMost: .milliseconds(1500))
ThisProcess.exitAtOnce(0)
