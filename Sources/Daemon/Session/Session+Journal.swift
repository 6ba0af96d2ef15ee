import RemoteProtocol
import Virt
import VirtDriver
import XDR

extension Session {
    /// Giving the events that were kept.
    ///
    /// Reading them computes, so it is done in the client's lane. A call that waits for the next event takes none of the
    /// places that read-only clients share, and ends with its client.
    static let journalCalls: [Int32: OwnCall] = {
        var calls: [Int32: OwnCall] = [:]
        calls.add(RoostProgram.connectEventsSince, place: .lane, endsWithClient: true) {
            (session, it) async throws(VirtError) in
            let events = try session.driver().events
            return try ConnectEventsSinceAnswer(
                try await events.kept(since: it.number, waits: it.waits))
        }
        return calls
    }()
}

extension ConnectEventsSinceAnswer {
    fileprivate init(_ kept: KeptEvents) throws(VirtError) {
        self.init()
        do throws(XDRError) {
            for event in kept.events { events.append(try JournalEntry(event)) }
        } catch {
            throw VirtError(.rpc, "an event can't be written as a message: \(error)", from: .rpc)
        }
        lost = kept.lost.map { LostEvents(first: $0.lowerBound, last: $0.upperBound) }
        next = kept.next
    }
}
