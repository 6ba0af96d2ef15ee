import LinuxSystem
import Testing

@testable import Transport

@Suite struct KeepaliveTests {
    private func time(_ seconds: UInt64) -> MonotonicTime {
        MonotonicTime(nanoseconds: seconds * 1_000_000_000)
    }

    @Test("a silent peer is asked `count` times and then given up")
    func silence() {
        var keepalive = Keepalive(interval: .seconds(5), count: 2, now: time(100))
        #expect(keepalive.check(at: time(104)) == .wait(until: time(105)))
        #expect(keepalive.check(at: time(105)) == .ping(next: time(110)))
        #expect(keepalive.check(at: time(110)) == .ping(next: time(115)))
        #expect(keepalive.check(at: time(115)) == .giveUp)
    }

    @Test("any sign starts the count anew")
    func sign() {
        var keepalive = Keepalive(interval: .seconds(5), count: 1, now: time(0))
        #expect(keepalive.check(at: time(5)) == .ping(next: time(10)))
        keepalive.heard(at: time(7))
        #expect(keepalive.check(at: time(10)) == .wait(until: time(12)))
        #expect(keepalive.check(at: time(12)) == .ping(next: time(17)))
    }

    @Test("with a count of zero silence alone is enough")
    func zero() {
        var keepalive = Keepalive(interval: .seconds(5), count: 0, now: time(0))
        #expect(keepalive.check(at: time(5)) == .giveUp)
    }
}
