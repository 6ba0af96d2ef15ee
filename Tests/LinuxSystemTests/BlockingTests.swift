import Glibc
import Synchronization
import Testing

@testable import LinuxSystem

@Suite struct BlockingTests {
    @Test("a result and a typed error come back from the other thread")
    func result() async throws {
        let value = await Blocking.run { 42 }
        #expect(value == 42)
        await #expect(throws: SystemError(call: "x", errno: ENOENT)) {
            try await Blocking.run { () throws(SystemError) -> Int in
                throw SystemError(call: "x", errno: ENOENT)
            }
        }
    }

    @Test("a hundred calls that hang leave room for others")
    func hanging() async throws {
        let pipe = try Pipe()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    await Blocking.run { _ = try? pipe.readEnd.readOnce(atMost: 1) }
                }
            }
            let value = await Blocking.run { 1 }
            #expect(value == 1)
            try? pipe.writeEnd.writeAll([UInt8](repeating: 0, count: 100))
        }
    }

    @Test("past the bound work queues, and idle threads go")
    func bound() async throws {
        let pool = ThreadPool(bound: 2, idleTime: .milliseconds(1))
        let seen = Collected<Int>()
        await withUnsafeContinuation { done in
            let left = Atomic2(50)
            for number in 0..<50 {
                pool.submit {
                    seen.add(number)
                    if left.decrement() == 0 { done.resume() }
                }
            }
            #expect(pool.threadCount <= 2)
        }
        #expect(seen.all.sorted() == Array(0..<50))
        while pool.threadCount > 0 { await Task.yield() }
    }
}

/// A counter for closures that escape.
final class Atomic2: Sendable {
    private let value: Mutex<Int>
    init(_ value: Int) { self.value = Mutex(value) }
    func decrement() -> Int {
        value.withLock {
            $0 -= 1
            return $0
        }
    }
}
