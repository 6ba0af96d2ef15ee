import Testing

@testable import LinuxSystem

@Suite struct TimerQueueTests {
    private func time(_ nanoseconds: UInt64) -> MonotonicTime { MonotonicTime(nanoseconds: nanoseconds) }

    @Test("actions come out by deadline, equal ones by arrival, and none before its time")
    func order() {
        var queue = TimerQueue<Int>()
        var generator = SystemRandomNumberGenerator()
        var expected: [(UInt64, Int)] = []
        for id in 0..<500 {
            let deadline = UInt64.random(in: 0..<100, using: &generator)
            queue.add(id, id: UInt64(id), at: time(deadline))
            if id % 3 == 0 { queue.cancel(id: UInt64(id)) } else { expected.append((deadline, id)) }
        }
        expected.sort { ($0.0, $0.1) < ($1.0, $1.1) }
        var popped: [Int] = []
        for now in 0..<UInt64(100) {
            while let id = queue.popDue(at: time(now)) { popped.append(id) }
        }
        #expect(popped == expected.map(\.1))
        #expect(queue.isEmpty)
        #expect(queue.nextDeadline() == nil)
    }

    @Test("cancelled timers leave nothing behind, however far off they were")
    func compact() {
        var queue = TimerQueue<Int>()
        for id in 0..<10_000 {
            queue.add(id, id: UInt64(id), at: time(1_000_000))
            queue.cancel(id: UInt64(id))
        }
        #expect(queue.nextDeadline() == nil)
        queue.add(1, id: 20_000, at: time(5))
        #expect(queue.nextDeadline() == time(5))
    }
}
