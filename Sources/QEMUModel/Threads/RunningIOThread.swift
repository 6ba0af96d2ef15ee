import ByteText
import JSON

/// An I/O thread of a running guest.
package struct RunningIOThread: Equatable, Sendable {
    /// Its number in the domain's document.
    package let id: UInt32
    /// The thread on the host.
    package let thread: Int32?

    /// The name of the object in QEMU.
    package static func name(_ id: UInt32) -> String { "iothread\(id)" }

    /// One of the entries that `query-iothreads` answers with; nil for threads that aren't the domain's.
    package init?(_ entry: JSONValue) {
        guard let number = entry["id"]?.string?.droppingBytePrefix("iothread"), let id = UInt32(number) else {
            return nil
        }
        self.id = id
        thread = entry["thread-id"]?.int.flatMap { Int32(exactly: $0) }
    }
}
