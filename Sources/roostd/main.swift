import Glibc
import LinuxSystem

// The words, the heap, limits, signals and inherited sockets come first: later there are other threads.
let words = ThisProcess.arguments()
ThisProcess.shareHeap()
ThisProcess.raiseFileLimit()
let endingSignals = [SIGTERM, SIGINT]
SignalSource.block(endingSignals)
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

let (endings, ending) = AsyncStream.makeStream(of: Int32.self)
Task.detached { [options, inherited] in ThisProcess.exit(await serve(options, inherited, until: endings)) }

// The main thread only waits for the signal that ends the daemon. It needs no other thread for that, so nothing that
// clients ask for delays it; and what doesn't end by itself then is left as if the daemon were killed.
ending.yield(SignalSource.wait(for: endingSignals))
_ = SignalSource.wait(for: endingSignals, atMost: .milliseconds(1500))
ThisProcess.exitAtOnce(0)
