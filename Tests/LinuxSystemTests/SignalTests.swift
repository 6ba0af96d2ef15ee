import Glibc
import LinuxSystem
import Testing

@Suite struct SignalTests {
    @Test("a signal arrives as an event of the loop")
    func signal() async throws {
        var source: SignalSource?
        let number = await withUnsafeContinuation { done in
            source = try? SignalSource([SIGUSR2]) { done.resume(returning: $0) }
            // To the loop's own thread, since others of the test program would end of it.
            EventLoop.shared.submit { pthread_kill(pthread_self(), SIGUSR2) }
        }
        #expect(number == SIGUSR2)
        source?.cancel()
    }
}
