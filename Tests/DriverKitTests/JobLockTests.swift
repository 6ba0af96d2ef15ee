import DriverKit
import Testing
import Virt

@Suite("The job lock")
struct JobLockTests {
    @Test("who waits too long is told who holds the object")
    func timeout() async throws {
        let lock = JobLock(patience: .milliseconds(1), origin: .test)
        let held = try await lock.acquire(.modify, "migrate")
        let error = await #expect(throws: VirtError.self) { try await lock.acquire(.modify, "suspend") }
        #expect(error?.code == .operationTimeout)
        #expect(error?.domain == .test)
        #expect(error?.message.contains("cannot acquire state change lock (held by migrate)") == true)
        lock.release(held)
        lock.release(try await lock.acquire(.modify, "resume"))
    }

    @Test("who doesn't want the object any longer stops waiting for it, and keeps nobody waiting")
    func cancellation() async throws {
        let lock = JobLock(patience: .seconds(600), origin: .test)
        let held = try await lock.acquire(.modify, "migrate")
        let waiting = Task { try await lock.acquire(.modify, "suspend") }
        waiting.cancel()
        let error = await #expect(throws: VirtError.self) { try await waiting.value }
        #expect(error?.code == .operationAborted)
        lock.release(held)
        lock.release(try await lock.acquire(.modify, "resume"))
    }

    @Test("tasks that compete have the object one after another")
    func exclusion() async throws {
        let (lock, counter) = (JobLock(origin: .test), Counter())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    let job = try await lock.acquire(.modify, "count")
                    await counter.enter()
                    await Task.yield()
                    await counter.leave()
                    lock.release(job)
                }
            }
            try await group.waitForAll()
        }
        #expect(await counter.total == 50)
        #expect(await counter.most == 1)
    }

    private actor Counter {
        var (inside, most, total) = (0, 0, 0)

        func enter() {
            inside += 1
            most = max(most, inside)
        }

        func leave() {
            inside -= 1
            total += 1
        }
    }
}
