import JSON
import QEMUModel
import Virt

extension QEMUDomain {
    /// Asks QEMU for its I/O threads.
    func askIOThreads() async throws(VirtError) -> [RunningIOThread] {
        try await ask("query-iothreads").array?.compactMap(RunningIOThread.init) ?? []
    }
}
