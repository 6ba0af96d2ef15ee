import LinuxSystem
import RemoteProtocol
import Synchronization
import Testing
import Transport
import Virt
import VirtDriver
import XDR

@testable import Daemon

@Suite("What clients may have of the daemon", .timeLimit(.minutes(1)))
struct LimitTests {
    /// Limits that a test can reach.
    private static func small(_ change: (inout Limits) -> Void = { _ in }) -> Limits {
        var limits = Limits(Configuration())
        change(&limits)
        return limits
    }

    @Test("five calls of a client run at once, and it isn't read beyond a few more")
    func callsInFlight() async throws {
        let driver = HeldDriver()
        let daemon = try TestDaemon(drivers: [driver])
        defer { daemon.stop() }
        let client = try await RawClient(daemon.path)
        try await client.open("held:///")
        for _ in 0..<20_000 { client.call(heldCall) }
        await driver.wait(forCalls: 5)
        await daemon.wait { $0.waitingCalls >= $0.server.limits.waitingCalls }
        // One read more at most.
        #expect(daemon.sessions.allSatisfy { $0.waitingCalls < 4000 })
        #expect(driver.began == 5)
        // The rest is answered as places become free.
        driver.releaseAll()
        #expect(await client.replies(count: 20_001).count == 20_001)
        client.close()
    }

    @Test("a client whose calls hang is read on for a while, so that streams and signs of life come through")
    func readMeanwhile() async throws {
        let driver = HeldDriver()
        let daemon = try TestDaemon(drivers: [driver])
        defer { daemon.stop() }
        let client = try await RawClient(daemon.path)
        try await client.open("held:///")
        for _ in 0..<10 { client.call(heldCall) }
        await driver.wait(forCalls: 5)
        await daemon.wait { $0.waitingCalls == 5 }
        let pipe = try Pipe()
        client.call(snapshotCall, files: [pipe.readEnd])
        #expect(await client.replies(count: 2).last?.header.status == .error)
        #expect(driver.began == 5)
        driver.releaseAll()
        #expect(await client.replies(count: 12).count == 12)
        client.close()
    }

    @Test("calls that only read end with their client, and what changes something is finished")
    func clientGoes() async throws {
        let driver = HeldDriver()
        let daemon = try TestDaemon(drivers: [driver])
        defer { daemon.stop() }
        let client = try await RawClient(daemon.path)
        try await client.open("held:///")
        client.call(heldCall)
        client.call(heldChange)
        await driver.wait(forCalls: 2)
        client.close()
        await driver.wait(forCancelled: 1)
        driver.releaseAll()
        await driver.wait(forFinished: 2)
        #expect(driver.cancelled == 1)
    }

    @Test(
        "all that may only read have so many calls at once, one user half of them; snapshots aren't counted")
    func callsOfAUser() async throws {
        let driver = HeldDriver()
        let limits = Self.small { ($0.readOnlyCalls, $0.readOnlyUserCalls) = (4, 2) }
        let daemon = try TestDaemon(drivers: [driver], limits: limits, trusted: [])
        defer { daemon.stop() }
        var clients: [RawClient] = []
        for _ in 0..<3 {
            let client = try await RawClient(daemon.path + "-ro")
            try await client.open("held:///")
            for _ in 0..<3 { client.call(heldCall) }
            clients.append(client)
        }
        await driver.wait(forCalls: 2)
        let other = try await RawClient(daemon.path + "-ro")
        try await other.open("held:///")
        other.call(snapshotCall)
        #expect(await other.replies(count: 2).last?.header.status == .ok)
        #expect(driver.began == 2)
        driver.releaseAll()
        for client in clients { #expect(await client.replies(count: 4).count == 4) }
        (clients + [other]).forEach { $0.close() }
    }

    @Test(
        "many calls of one client, which came together, don't keep another from being answered between them")
    func turns() async throws {
        let daemon = try TestDaemon(drivers: [HeldDriver()])
        defer { daemon.stop() }
        let (busy, other) = (try await RawClient(daemon.path), try await RawClient(daemon.path))
        try await busy.open("held:///")
        try await other.open("held:///")
        // Where this thread has to wait for a processor, all calls may be done before the other's is sent: so it is tried
        // again. A daemon that doesn't take turns never answers between them.
        var (isBetween, rounds) = (false, 0)
        while !isBetween, rounds < 20 {
            rounds += 1
            for _ in 0..<500 { busy.call(slowCall) }
            other.call(snapshotCall)
            #expect(await other.replies(count: 1 + rounds).last?.header.status == .ok)
            isBetween = busy.replyCount < 1 + 500 * rounds
            #expect(await busy.replies(count: 1 + 500 * rounds).count == 1 + 500 * rounds)
        }
        #expect(isBetween)
        busy.close()
        other.close()
    }

    @Test("a large message comes only after something was opened")
    func largeMessages() async throws {
        let daemon = try TestDaemon()
        defer { daemon.stop() }
        let early = try await RawClient(daemon.path)
        early.send(payload: [UInt8](repeating: 0, count: 70_000), to: snapshotCall)
        #expect(await early.end() == .peer)
        let late = try await RawClient(daemon.path)
        try await late.open("test:///default")
        late.send(payload: [UInt8](repeating: 0, count: 70_000), to: snapshotCall)
        // It is read, and then refused for what it says.
        #expect(await late.replies(count: 2).last?.header.status == .error)
        late.close()
        let reader = try await RawClient(daemon.path + "-ro")
        try await reader.open("test:///default")
        reader.send(payload: [UInt8](repeating: 0, count: 3 << 20), to: snapshotCall)
        #expect(await reader.end() == .peer)
    }

    @Test("clients that may only read take no place of those that may write, and a user has so many")
    func places() async throws {
        let limits = Self.small { ($0.readOnlyClients, $0.userClients) = (4, 3) }
        let daemon = try TestDaemon(limits: limits, trusted: [])
        defer { daemon.stop() }
        var clients: [RawClient] = []
        for _ in 0..<3 {
            let client = try await RawClient(daemon.path + "-ro")
            try await client.open("test:///default")
            clients.append(client)
        }
        let refused = try await RawClient(daemon.path + "-ro")
        #expect(await refused.end() == .peer)
        let writer = try await RawClient(daemon.path)
        try await writer.open("test:///default")
        clients.removeLast().close()
        try await daemon.opensAgain(daemon.path + "-ro")
        (clients + [writer]).forEach { $0.close() }
    }

    @Test("of a user's clients only so many may have opened nothing, and not for long")
    func unopened() async throws {
        let limits = Self.small { ($0.unopenedUserClients, $0.openTime) = (2, .milliseconds(50)) }
        let daemon = try TestDaemon(limits: limits, trusted: [])
        defer { daemon.stop() }
        let idle = [try await RawClient(daemon.path + "-ro"), try await RawClient(daemon.path + "-ro")]
        let refused = try await RawClient(daemon.path + "-ro")
        #expect(await refused.end() == .peer)
        for client in idle { #expect(await client.end() == .peer) }
        try await daemon.opensAgain(daemon.path + "-ro")
    }

    @Test("half messages that hold all that a user may have end, and others are read again")
    func halfMessages() async throws {
        let limits = Self.small { limits in
            (limits.readOnlyUserBytes, limits.readOnlyMessage) = (200_000, 150_000)
            limits.patience = .milliseconds(20)
        }
        let daemon = try TestDaemon(limits: limits, trusted: [])
        defer { daemon.stop() }
        let other = try await RawClient(daemon.path + "-ro")
        try await other.open("test:///default")
        var hoarders: [RawClient] = []
        for _ in 0..<2 {
            let client = try await RawClient(daemon.path + "-ro")
            try await client.open("test:///default")
            try client.send(partOf: [UInt8](repeating: 0, count: 140_000), to: snapshotCall)
            hoarders.append(client)
        }
        // One of them has to go before the other's call is read.
        other.call(snapshotCall)
        #expect(await other.replies(count: 2).last?.header.status == .ok)
        (hoarders + [other]).forEach { $0.close() }
    }

    @Test("a client that doesn't read its replies gets no more of them for now")
    func unreadReplies() async throws {
        let driver = HeldDriver()
        let limits = Self.small { $0.waitingReplies = 10_000 }
        let daemon = try TestDaemon(drivers: [driver], limits: limits)
        defer { daemon.stop() }
        let client = try await RawClient(daemon.path)
        try await client.open("held:///")
        client.pauseReading()
        for _ in 0..<20_000 { client.call(largeReply) }
        await daemon.wait { $0.waitingCalls > 0 && $0.queuedBytes > 10_000 }
        let begun = driver.began
        #expect(begun < 20_000)
        client.resumeReading()
        #expect(await client.replies(count: 20_001).count == 20_001)
        #expect(driver.began == 20_000)
        client.close()
    }

    @Test("files are refused where a call takes none, and closed at once")
    func files() async throws {
        let daemon = try TestDaemon()
        defer { daemon.stop() }
        let client = try await RawClient(daemon.path)
        try await client.open("test:///default")
        let pipe = try Pipe()
        client.call(snapshotCall, files: [pipe.writeEnd])
        #expect(await client.replies(count: 2).last?.header.status == .error)
        pipe.writeEnd.close()
        let end = try await Blocking.run { () throws(SystemError) in try pipe.readEnd.readToEnd(limit: 1) }
        #expect(end.isEmpty)
        client.close()
        let reader = try await RawClient(daemon.path + "-ro")
        try await reader.open("test:///default")
        reader.call(snapshotCall, files: [pipe.readEnd])
        #expect(await reader.end() == .peer)
    }

    @Test("a client that asks to read only may change nothing, whichever socket it came to")
    func readOnlyFlag() async throws {
        let daemon = try TestDaemon()
        defer { daemon.stop() }
        let client = try await RawClient(daemon.path)
        try await client.open("test:///default", flags: .ro)
        client.call(heldChange)
        let refused = await client.replies(count: 2).last
        let error = try #require(try refused?.decode(RemoteError.self))
        #expect(error.code == 29)
        client.close()
    }

    @Test("a client registers for so many events, and again for others once it gives some up")
    func registrations() async throws {
        let limits = Self.small { $0.registrations = 3 }
        let daemon = try TestDaemon(limits: limits)
        defer { daemon.stop() }
        let client = try await RawClient(daemon.path)
        try await client.open("test:///default")
        for _ in 0..<4 { client.register() }
        client.deregister(1)
        client.register()
        let replies = await client.replies(count: 7).dropFirst()
        #expect(replies.map(\.header.status) == [.ok, .ok, .ok, .error, .ok, .ok])
        client.close()
    }
}
