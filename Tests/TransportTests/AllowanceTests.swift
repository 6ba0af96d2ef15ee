import LinuxSystem
import Synchronization
import Testing

@testable import Transport

@Suite struct AllowanceTests {
    @Test("what a client uses counts for its user and for all, and any full level means no room")
    func levels() {
        let all = Allowance(100)
        let user = Allowance(50, of: all)
        let (first, second) = (Allowance(40, of: user), Allowance(40, of: user))
        first.take(40)
        #expect(!first.hasRoom)
        #expect(second.hasRoom)
        second.take(10)
        #expect(!second.hasRoom)
        #expect(all.hasRoom)
        #expect(all.count == 50)
        first.giveBack(40)
        #expect(first.hasRoom && second.hasRoom)
        all.take(90)
        #expect(!second.hasRoom)
    }

    @Test("who waits for room is called once, when there is some")
    func waiting() {
        let user = Allowance(10)
        let client = Allowance(100, of: user)
        let calls = Mutex(0)
        client.whenRoom { calls.withLock { $0 += 1 } }
        #expect(calls.withLock { $0 } == 1)
        client.take(12)
        client.whenRoom { calls.withLock { $0 += 1 } }
        client.giveBack(1)
        #expect(calls.withLock { $0 } == 1)
        client.giveBack(2)
        client.giveBack(9)
        #expect(calls.withLock { $0 } == 2)
    }

    @Test("nobody who waits is forgotten when others use and give back at the same time")
    func race() async {
        let allowance = Allowance(1)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<2000 {
                        allowance.take(1)
                        allowance.giveBack(1)
                        await withUnsafeContinuation { done in allowance.whenRoom { done.resume() } }
                    }
                }
            }
        }
        #expect(allowance.count == 0)
    }
}

@Suite struct FairQueueTests {
    @Test("owners take turns, however many elements each has")
    func turns() {
        var queue = FairQueue<Character, Int>()
        for number in 1...3 { queue.append(number, of: "a") }
        queue.append(10, of: "b")
        queue.append(20, of: "c")
        var order: [Int] = []
        while let next = queue.popFirst() { order.append(next) }
        #expect(order == [1, 10, 20, 2, 3])
        #expect(queue.isEmpty)
    }

    @Test("elements leave in the order in which they came, over many of them")
    func order() {
        var queue = FIFO<Int>()
        var (added, taken) = (0, 0)
        for round in 0..<500 {
            for _ in 0..<(round % 7) {
                queue.append(added)
                added += 1
            }
            for _ in 0..<(round % 5) {
                guard let next = queue.popFirst() else { break }
                #expect(next == taken)
                taken += 1
            }
            #expect(queue.count == added - taken)
        }
    }
}

@Suite struct LogRateTests {
    @Test("some lines at once, then one a second, and the next one says how many were left out")
    func rate() {
        var rate = LogRate(burst: 3, interval: .seconds(1))
        let start = MonotonicTime(nanoseconds: 5_000_000_000)
        let answers = (0..<5).map { _ in rate.admit(at: start) }
        #expect(answers == [0, 0, 0, nil, nil])
        let later = start.advanced(by: .seconds(1))
        #expect(rate.line("x", at: later) == "x (2 such lines before it were left out)")
        #expect(rate.line("x", at: later) == nil)
        #expect(rate.admit(at: start.advanced(by: .seconds(60))) == 1)
    }
}
