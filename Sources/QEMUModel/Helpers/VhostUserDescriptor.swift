import ByteText
import JSON

/// A program that serves devices by vhost-user, as QEMU's `docs/interop/vhost-user.json` describes it.
package struct VhostUserDescriptor: Sendable, Equatable {
    /// What it serves: `fs`, `gpu`, …
    package var type: String
    package var binary: String

    package init?(_ document: JSONValue) {
        guard let type = document["type"]?.string, let binary = document["binary"]?.string,
            binary.hasBytePrefix("/")
        else { return nil }
        (self.type, self.binary) = (type, binary)
    }
}
