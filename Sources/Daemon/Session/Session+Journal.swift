import RemoteProtocol
import Transport
import Virt
import VirtDriver
import XDR

extension Session {
    /// Giving the events that were kept, and waiting for the next one.
    ///
    /// Those who wait take none of the places that read-only clients share, but each counts as a registration does, since
    /// the next event wakes it. Reading takes a place, and the client's lane.
    static let journalCalls: [Int32: OwnCall] = {
        var calls: [Int32: OwnCall] = [:]
        calls.add(RoostProgram.connectEventsSince, place: .lane, isCounted: true, endsWithClient: true) {
            (session, it) async throws(VirtError) in
            try ConnectEventsSinceAnswer(try await session.driver().events.kept(since: it.number))
        }
        calls.add(RoostProgram.connectWaitForEvent, place: .pool, endsWithClient: true) {
            (session, it) async throws(VirtError) in
            let events = try session.driver().events
            try session.takeRegistration()
            defer { session.registrations.giveBack(1) }
            try await events.wait(for: it.number)
            return Nothing()
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
