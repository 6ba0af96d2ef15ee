import LinuxSystem
import QEMUModel
import Virt

/// Something long that is done with one run of a guest, of which people may ask how far it has come.
struct GuestJob: Sendable {
    let operation: DomainJobOperation
    let start = MonotonicTime.now
    /// QEMU has said something that may be news of it.
    let news: MigrationNews
    /// Somebody doesn't want it any longer.
    var isAborted = false
    /// Whether QEMU's own counts are those of a dump, which knows nothing of pages.
    var isDump = false

    init(_ operation: DomainJobOperation, _ news: MigrationNews = MigrationNews()) {
        (self.operation, self.news) = (operation, news)
    }

    /// How long it has taken, in milliseconds.
    var elapsed: UInt64 {
        let time = start.duration(to: .now).components
        return UInt64(clamping: time.seconds) &* 1000
            &+ UInt64(clamping: time.attoseconds / 1_000_000_000_000_000)
    }

    /// What is told of every such thing, and what QEMU has counted.
    func parameters(_ counted: [TypedParameter]) -> [TypedParameter] {
        [
            TypedParameter("operation", .int(operation.rawValue)),
            TypedParameter("time_elapsed", .ullong(elapsed)),
        ] + counted
    }
}

/// Tells whoever waits for QEMU that there is something new, once for however much there was.
struct MigrationNews: Sendable {
    private let stream: AsyncStream<Void>
    private let feed: AsyncStream<Void>.Continuation

    init() {
        (stream, feed) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// There is something new.
    func tell() { feed.yield() }

    /// Nothing more will come.
    func end() { feed.finish() }

    /// The news, until they end. One may listen.
    var all: AsyncStream<Void> { stream }
}

/// A job that has ended, as it is told afterwards.
struct CompletedJob: Sendable {
    let type: DomainJobType
    let parameters: [TypedParameter]
}
