import LinuxSystem
import Synchronization
import Virt
import VirtDriver

/// One call as its route sees it: the driver that answers, and what comes and goes beside the message.
final class Call: Sendable {
    /// What the client's URI opened.
    let driver: any DriverConnection
    /// The descriptors that came with the call.
    let files: [Descriptor]
    private let state = Mutex(Extras())

    /// What goes back beside the reply.
    struct Extras: Sendable {
        var stream: (any DataStream)?
        var files: [Descriptor] = []
    }

    init(driver: any DriverConnection, files: [Descriptor]) {
        self.driver = driver
        self.files = files
    }

    /// The call opened a stream: it is pumped once the reply is on its way.
    func attach(_ stream: any DataStream) { state.withLock { $0.stream = stream } }

    /// Descriptors that go with the reply.
    func give(_ files: [Descriptor]) { state.withLock { $0.files = files } }

    /// What was attached and given.
    var extras: Extras { state.withLock { $0 } }
}
